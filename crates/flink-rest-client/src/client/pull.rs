//! A stream of items that a source reads in batches. It can be polled, awaited and iterated. Dropping a future loses no
//! items.

use std::{
    collections::VecDeque,
    future::Future,
    task::{Context, Poll},
};

use crate::{Result, client::transport::BoxFuture};

/// A source that is read batch by batch.
pub(crate) trait Batches: Send + 'static {
    type Item: Send;

    /// Reads the next batch, with at least one item; `None` at the end.
    fn next(&mut self) -> impl Future<Output = Result<Option<VecDeque<Self::Item>>>> + Send;
}

/// The items of a source, one by one.
pub(crate) struct Pull<B: Batches> {
    state: State<B>,
    ready: VecDeque<B::Item>,
}

/// The source, and the batch that it read.
type Batch<B> = (Box<B>, Result<Option<VecDeque<<B as Batches>::Item>>>);

enum State<B: Batches> {
    Idle(Box<B>),
    /// Reading a batch. The read continues if a caller drops its future.
    Busy(BoxFuture<'static, Batch<B>>),
    Over,
}

impl<B: Batches> Pull<B> {
    pub(crate) fn new(source: B) -> Self {
        Self { state: State::Idle(Box::new(source)), ready: VecDeque::new() }
    }

    /// The number of items that are ready.
    pub(crate) fn ready(&self) -> usize {
        self.ready.len()
    }

    /// Returns the next item; `None` at the end. Dropping the future loses no items.
    pub(crate) async fn next(&mut self) -> Result<Option<B::Item>> {
        std::future::poll_fn(|context| self.poll(context)).await.transpose()
    }

    /// Polls the next item. After an error there are no further items.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<B::Item>>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            match std::mem::replace(&mut self.state, State::Over) {
                State::Over => return Poll::Ready(None),
                State::Idle(mut source) => {
                    self.state = State::Busy(Box::pin(async {
                        let batch = source.next().await;
                        (source, batch)
                    }));
                }
                State::Busy(mut busy) => match busy.as_mut().poll(context) {
                    Poll::Pending => {
                        self.state = State::Busy(busy);
                        return Poll::Pending;
                    }
                    Poll::Ready((source, Ok(Some(items)))) => {
                        self.state = State::Idle(source);
                        self.ready = items;
                    }
                    Poll::Ready((_, Ok(None))) => {}
                    Poll::Ready((_, Err(error))) => return Poll::Ready(Some(Err(error))),
                },
            }
        }
    }
}
