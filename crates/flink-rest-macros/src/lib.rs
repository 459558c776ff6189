//! `#[derive(Endpoint)]`: one struct says everything about one endpoint of Flink's REST API.
//!
//! ```text
//! /// Metrics of one job; without names, the names on offer.
//! #[derive(Clone, Debug, Endpoint)]
//! #[endpoint(GET "/jobs/{job}/metrics" -> Vec<Metric>, handle = "job(id).metrics()", python = "jobs.get_metrics")]
//! #[non_exhaustive]
//! pub struct GetJobMetrics {
//!     pub job: JobId,
//!     /// Names to read.
//!     #[query]
//!     pub get: Vec<String>,
//! }
//! ```
//!
//! | on the struct | meaning |
//! | --- | --- |
//! | `GET "/path/{field}" -> Type` | method, path and answer |
//! | `since = "1.16"`, `until = "1.20"` | first and last Flink release that has it |
//! | `handle = "…"`, `python = "…"` | how it is called from Rust and in the Python client, for the tables |
//! | `-> Triggered` | starts an operation: the struct is a `Trigger`, and its call gives an `Operation` |
//! | `repeat = …` | what a second request does, one of `Repeat`; unless said, `Reads` for GET and `Another` for the rest |
//! | `measured = true` | the answer holds values of metrics: they are made fresh first |
//! | `by = path` | an async fn that carries it out, in place of `Client::perform` |
//! | `meant = path` | a function from a refusal to the answer that Flink means by it, where it refuses what is no error |
//! | `also = UploadAndRun` | a larger action that takes the same settings (it is `AsMut` of this struct) |
//!
//! | on a field | meaning |
//! | --- | --- |
//! | nothing | fills the placeholder of its name |
//! | `#[query]`, `#[body]` | goes into the query, the JSON body |
//! | `#[file]`, `#[jar]` | a file of the multipart body, whose JSON names it |
//! | `#[query("entry-class")]` | under that key instead of the field's name |
//! | `#[body("")]`, `#[jar("")]` | is the whole body: its members are the body's; there is no JSON |
//! | `since = "1.17"`, `until = "1.20"` | the releases that know it |
//! | `token = Chosen`, `token = Given` | an id by which the server knows a second request again: where none is set, the client chooses one, or the request has none |
//! | `formerly = ("restoreMode", "1.19")` | its key in older releases, and the last of them |
//! | `check = path` | a `fn(&T) -> Result<(), String>` that refuses a value before it is sent |
//!
//! `Option`, `Vec` and `BTreeMap` fields are optional: left out while unset, and set by a method of the same name
//! on the call. The other fields are the arguments of `new`.

mod read;
mod write;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Error, Path, Result, parse_macro_input};

use crate::{
    read::{Route, doc, find, params},
    write::{action, endpoint, new, setter, spec},
};

/// Writes `SPEC`, `new`, the `Endpoint` and `Action` implementations and the setters of an endpoint struct.
#[proc_macro_derive(Endpoint, attributes(endpoint, query, body, file, jar))]
pub fn derive_endpoint(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let route: Route = find(&input.attrs, "endpoint")
        .ok_or_else(|| Error::new(name.span(), "missing #[endpoint(GET \"/path\" -> Answer)]"))?
        .parse_args()?;
    let params = params(input, &route)?;

    let spec = spec(name, &doc(&input.attrs), &route, &params);
    let new = new(&params);
    let endpoint = endpoint(name, &route, &params);
    let action = action(name, &route);
    let setters =
        [Some(name.clone().into()), route.also.clone()].into_iter().flatten().map(|target: Path| {
            let setters = params.iter().filter_map(|param| setter(name, param));
            quote! {
                impl<M: ::flink_rest_client::Mode> ::flink_rest_client::Call<M, #target> { #(#setters)* }
            }
        });
    Ok(quote! {
        impl #name { #spec #new }
        #endpoint
        #action
        #(#setters)*
        impl ::core::convert::AsMut<#name> for #name {
            fn as_mut(&mut self) -> &mut #name { self }
        }
    })
}
