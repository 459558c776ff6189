//! Cluster data sets: results that a job leaves in its TaskManagers for later jobs.

use serde::{Deserialize, Serialize};

use crate::{
    Call, Client, DatasetId, Endpoint, Operation, Trigger, TriggerId,
    client::Mode,
    endpoint::answer::shape::telling,
    rest::operation::{AsynchronousOperation, Done, Poll, Triggered},
};

impl<M: Mode> Client<M> {
    /// Returns the handle of the cluster data sets.
    pub fn datasets(&self) -> Datasets<M> {
        Datasets { client: self.clone() }
    }
}

/// The cluster data sets.
#[derive(Clone, Debug)]
pub struct Datasets<M> {
    client: Client<M>,
}

impl<M: Mode> Datasets<M> {
    /// Returns all cluster data sets.
    pub fn list(&self) -> Call<M, GetDatasets> {
        self.client.request(GetDatasets::new())
    }

    /// Deletes a data set. Succeeds for an unknown id too; up to 1.15 the deletion of one never ends.
    pub fn delete(&self, id: DatasetId) -> Call<M, DeleteDataset> {
        self.client.request(DeleteDataset::new(id))
    }

    /// Returns a deletion that was triggered earlier, by this client or another.
    pub fn deletion(&self, trigger: TriggerId) -> Operation<M, GetDatasetDeletion> {
        Operation::new(self.client.clone(), trigger, GetDatasetDeletion::new(trigger))
    }
}

/// All cluster data sets.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/datasets" -> DatasetList, handle = "datasets().list()", python = "datasets")]
#[non_exhaustive]
pub struct GetDatasets {}

/// All cluster data sets.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DatasetList {
    /// One entry per data set, in no order.
    #[serde(rename = "dataSets")]
    pub datasets: Vec<Dataset>,
}

telling!(DatasetList: Members(&[List("dataSets")]));

/// A cluster data set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Dataset {
    /// The data set.
    pub id: DatasetId,
    /// True if all its partitions exist.
    #[serde(rename = "isComplete")]
    pub is_complete: bool,
}

/// Deletes a cluster data set.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(DELETE "/datasets/{dataset}" -> Triggered, handle = "datasets().delete(id)", python = "delete_dataset", repeat = Same)]
#[non_exhaustive]
pub struct DeleteDataset {
    /// The data set.
    pub dataset: DatasetId,
}

impl Trigger for DeleteDataset {
    type Poll = GetDatasetDeletion;

    fn poll(&self, trigger: TriggerId) -> GetDatasetDeletion {
        GetDatasetDeletion::new(trigger)
    }
}

/// Status of the deletion of a cluster data set.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/datasets/delete/{trigger}" -> AsynchronousOperation<Done>, handle = "datasets().deletion(trigger).status()")]
#[non_exhaustive]
pub struct GetDatasetDeletion {
    /// The id of the deletion.
    pub trigger: TriggerId,
}

impl Poll for GetDatasetDeletion {
    type Report = Done;
}
