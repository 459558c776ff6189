//! `#[derive(Endpoint)]`: one struct declares one endpoint of Flink's REST API.
//!
//! ```text
//! /// Metrics of one job, or their names if `get` is empty.
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
//! | `GET "/path/{field}" -> Type` | method, path, and type of the answer |
//! | `since = "1.16"`, `until = "1.20"` | first and last Flink release that has it |
//! | `handle = "…"`, `python = "…"` | the calls in Rust and in the Python client, for tables in the docs |
//! | `-> Triggered` | starts an operation: the struct is a `Trigger`, and its call returns an `Operation` |
//! | `repeat = …` | effect of a second request, a variant of `Repeat` [default: `Reads` for GET, otherwise `Another`] |
//! | `measured = true` | the answer holds metric values, which are refreshed first |
//! | `by = path` | an async fn that runs the call, in place of `Client::perform` |
//! | `meant = path` | converts a refusal to the answer that Flink means by it, where Flink refuses a valid request |
//! | `also = UploadAndRun` | a larger action with the same options (it is `AsMut` of this struct) |
//!
//! | on a field | meaning |
//! | --- | --- |
//! | no attribute | fills the placeholder of the same name in the path |
//! | `#[query]`, `#[body]` | a parameter of the query, a member of the JSON body |
//! | `#[file]`, `#[jar]` | a file of the multipart body, named in its JSON part |
//! | `#[query("entry-class")]` | this key instead of the field's name |
//! | `#[body("")]` | the whole JSON body |
//! | `#[jar("")]` | a file that no JSON part names |
//! | `since = "1.17"`, `until = "1.20"` | first and last release that knows it |
//! | `token = Chosen`, `token = Given` | an id by which the server recognises a repeated request; if unset, the client chooses one (`Chosen`), or the request has none (`Given`) |
//! | `formerly = ("restoreMode", "1.19")` | the key in older releases, and the last of them |
//! | `check = path` | a `fn(&T) -> Result<(), String>` that refuses invalid values before anything is sent |
//!
//! `Option`, `Vec` and `BTreeMap` fields are optional. They are left out while unset, and set by a method of the same
//! name on the call. The other fields are the arguments of `new`.

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
