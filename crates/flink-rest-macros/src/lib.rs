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
//! | `by = path` | an async fn that carries it out, in place of `Client::execute` |
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
//! | `token` | an id by which the server knows a second request again: the client chooses one where none is set |
//! | `formerly = ("restoreMode", "1.19")` | its key in older releases, and the last of them |
//! | `check = path` | a `fn(&T) -> Result<(), String>` that refuses a value before it is sent |
//!
//! `Option`, `Vec` and `BTreeMap` fields are optional: left out while unset, and set by a method of the same name
//! on the call. The other fields are the arguments of `new`.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, ExprLit, Field, Fields, GenericArgument, Ident, Lit, LitStr,
    Meta, Path, PathArguments, Result, Token, Type,
    parse::{Parse, ParseStream},
    parse_macro_input,
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

/// What `#[endpoint(…)]` says.
struct Route {
    method: Ident,
    path: LitStr,
    response: Type,
    since: Option<LitStr>,
    until: Option<LitStr>,
    handle: Option<LitStr>,
    python: Option<LitStr>,
    repeat: Option<Expr>,
    by: Option<Path>,
    also: Option<Path>,
}

impl Parse for Route {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let (method, path) = (input.parse()?, input.parse()?);
        input.parse::<Token![->]>()?;
        let mut route = Self {
            method,
            path,
            response: input.parse()?,
            since: None,
            until: None,
            handle: None,
            python: None,
            repeat: None,
            by: None,
            also: None,
        };
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let key: Ident = input.parse()?;
            input.parse::<Token![=]>()?;
            match key.to_string().as_str() {
                "since" => route.since = Some(input.parse()?),
                "until" => route.until = Some(input.parse()?),
                "handle" => route.handle = Some(input.parse()?),
                "python" => route.python = Some(input.parse()?),
                "repeat" => route.repeat = Some(input.parse()?),
                "by" => route.by = Some(input.parse()?),
                "also" => route.also = Some(input.parse()?),
                _ => {
                    let expected = "expected since, until, handle, python, repeat, by or also";
                    return Err(Error::new(key.span(), expected));
                }
            }
        }
        Ok(route)
    }
}

impl Route {
    /// The placeholders of the path, in their order.
    fn placeholders(&self) -> Vec<String> {
        self.path
            .value()
            .split('/')
            .filter_map(|part| Some(part.strip_prefix('{')?.strip_suffix('}')?.into()))
            .collect()
    }
}

/// One field of the struct, and where its value goes.
struct Param<'a> {
    field: &'a Ident,
    ty: &'a Type,
    shape: Shape<'a>,
    doc: String,
    place: &'static str,
    options: ParamOptions,
}

/// What `#[query(…)]`, `#[body(…)]`, `#[file(…)]` or `#[jar(…)]` says.
#[derive(Default)]
struct ParamOptions {
    key: Option<LitStr>,
    since: Option<LitStr>,
    until: Option<LitStr>,
    formerly: Option<Expr>,
    check: Option<Path>,
    token: bool,
}

impl Parse for ParamOptions {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut options = Self::default();
        while !input.is_empty() {
            if input.peek(LitStr) {
                options.key = Some(input.parse()?);
            } else {
                let key: Ident = input.parse()?;
                if key == "token" {
                    options.token = true;
                } else {
                    input.parse::<Token![=]>()?;
                }
                match key.to_string().as_str() {
                    "token" => {}
                    "since" => options.since = Some(input.parse()?),
                    "until" => options.until = Some(input.parse()?),
                    "formerly" => options.formerly = Some(input.parse()?),
                    "check" => options.check = Some(input.parse()?),
                    _ => {
                        let expected = "expected a key, since, until, formerly, check or token";
                        return Err(Error::new(key.span(), expected));
                    }
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

/// How a field is filled: once, or only when somebody sets it.
#[derive(Clone, Copy)]
enum Shape<'a> {
    Required,
    Option(&'a Type),
    List(&'a Type),
    Map,
}

impl<'a> Shape<'a> {
    fn of(ty: &'a Type) -> Self {
        let Type::Path(path) = ty else { return Self::Required };
        let Some(last) = path.path.segments.last() else { return Self::Required };
        let inner = match &last.arguments {
            PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
                Some(GenericArgument::Type(inner)) => inner,
                _ => ty,
            },
            _ => ty,
        };
        match last.ident.to_string().as_str() {
            "Option" => Self::Option(inner),
            "Vec" => Self::List(inner),
            "BTreeMap" => Self::Map,
            _ => Self::Required,
        }
    }

    /// The type of one value.
    fn item(self, ty: &'a Type) -> &'a Type {
        match self {
            Self::Option(item) | Self::List(item) => item,
            Self::Required | Self::Map => ty,
        }
    }
}

fn params<'a>(input: &'a DeriveInput, route: &Route) -> Result<Vec<Param<'a>>> {
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => fields.named.iter().collect(),
            Fields::Unit => Vec::new(),
            Fields::Unnamed(fields) => {
                return Err(Error::new_spanned(fields, "an endpoint has named fields"));
            }
        },
        _ => return Err(Error::new(input.ident.span(), "an endpoint is a struct")),
    };
    let placeholders = route.placeholders();
    let params = fields.into_iter().map(|field| param(field, &placeholders)).collect::<Result<Vec<_>>>()?;
    match placeholders
        .iter()
        .find(|name| !params.iter().any(|p| p.place == "Path" && p.field == name.as_str()))
    {
        Some(name) => Err(Error::new(route.path.span(), format!("no field for `{{{name}}}`"))),
        None => Ok(params),
    }
}

fn param<'a>(field: &'a Field, placeholders: &[String]) -> Result<Param<'a>> {
    let Some(ident) = &field.ident else {
        return Err(Error::new_spanned(field, "an endpoint has named fields"));
    };
    let marked = [("query", "Query"), ("body", "Body"), ("file", "File"), ("jar", "Jar")]
        .into_iter()
        .find_map(|(attribute, place)| Some((find(&field.attrs, attribute)?, place)));
    let in_path = placeholders.iter().any(|name| ident == name);
    let (place, options) = match (marked, in_path) {
        (None, true) => ("Path", ParamOptions::default()),
        (Some((attribute, place)), false) => {
            let options = match attribute.meta {
                Meta::List(_) => attribute.parse_args()?,
                _ => ParamOptions::default(),
            };
            (place, options)
        }
        (None, false) => {
            return Err(Error::new(
                ident.span(),
                "not in the path: mark it #[query], #[body], #[file] or #[jar]",
            ));
        }
        (Some(_), true) => return Err(Error::new(ident.span(), "in the path: it goes nowhere else")),
    };
    Ok(Param {
        field: ident,
        ty: &field.ty,
        shape: Shape::of(&field.ty),
        doc: doc(&field.attrs),
        place,
        options,
    })
}

fn spec(name: &Ident, doc: &str, route: &Route, params: &[Param<'_>]) -> TokenStream {
    let Route { method, path, response, .. } = route;
    let (since, until) = (optional(route.since.as_ref()), optional(route.until.as_ref()));
    let (handle, python) = (optional(route.handle.as_ref()), optional(route.python.as_ref()));
    let params = params.iter().map(|param| {
        let Param { field, doc, options, .. } = param;
        let place = format_ident!("{}", param.place);
        let field = field.to_string();
        let key = options.key.as_ref().map_or_else(|| field.clone(), LitStr::value);
        let required = matches!(param.shape, Shape::Required);
        let (since, until) = (optional(options.since.as_ref()), optional(options.until.as_ref()));
        let token = options.token;
        let formerly = optional(options.formerly.as_ref());
        let (ty, item) = (type_name(param.ty), param.shape.item(param.ty));
        quote! {
            ::flink_rest_client::endpoint::Param {
                name: #field, key: #key, place: ::flink_rest_client::endpoint::Place::#place,
                required: #required, ty: #ty, since: #since, until: #until, formerly: #formerly, token: #token,
                words: { #[allow(unused_imports)] use ::flink_rest_client::endpoint::AnyText as _; <#item>::WORDS },
                doc: #doc,
            }
        }
    });
    let repeat = match &route.repeat {
        Some(repeat) => quote!(::flink_rest_client::Repeat::#repeat),
        None if method == "GET" => quote!(::flink_rest_client::Repeat::Reads),
        None => quote!(::flink_rest_client::Repeat::Another),
    };
    let (name, response) = (name.to_string(), type_name(response));
    quote! {
        /// What can be known of this endpoint without calling it.
        pub const SPEC: &'static ::flink_rest_client::endpoint::Spec = &::flink_rest_client::endpoint::Spec {
            name: #name,
            method: ::flink_rest_client::http::Method::#method,
            path: #path,
            since: #since,
            until: #until,
            handle: #handle,
            python: #python,
            repeat: #repeat,
            response: #response,
            params: &[#(#params),*],
            doc: #doc,
            from_json: ::flink_rest_client::endpoint::request_from_json::<Self>,
        };
    }
}

fn new(params: &[Param<'_>]) -> TokenStream {
    let arguments = params.iter().filter_map(|param| {
        let (field, ty) = (param.field, param.ty);
        matches!(param.shape, Shape::Required).then(|| quote!(#field: impl ::core::convert::Into<#ty>))
    });
    let values = params.iter().map(|param| {
        let field = param.field;
        match param.shape {
            Shape::Required => quote!(#field: #field.into()),
            _ => quote!(#field: ::core::default::Default::default()),
        }
    });
    quote! {
        /// The request with all that it must have, and nothing of what it may have.
        pub fn new(#(#arguments),*) -> Self { Self { #(#values),* } }
    }
}

fn endpoint(name: &Ident, route: &Route, params: &[Param<'_>]) -> TokenStream {
    let response = &route.response;
    let parts = params.iter().map(|param| {
        let field = param.field;
        let method = format_ident!("{}", param.place.to_lowercase());
        let check = param.options.check.as_ref().map(|check| match param.shape {
            Shape::Required => quote!(.check(#check(&self.#field))),
            _ => quote!(.check(self.#field.iter().try_for_each(#check))),
        });
        quote!(.#method(&self.#field) #check)
    });
    let fields = params.iter().map(|param| {
        let field = param.field;
        let key = field.to_string();
        match param.shape {
            Shape::Required => quote!(#field: params.required(#key)?),
            _ => quote!(#field: params.optional(#key)?),
        }
    });
    quote! {
        impl ::flink_rest_client::Endpoint for #name {
            type Response = #response;

            fn request(&self) -> ::flink_rest_client::Result<::flink_rest_client::Request> {
                ::flink_rest_client::endpoint::RequestBuilder::new(Self::SPEC) #(#parts)* .finish()
            }
        }

        impl ::flink_rest_client::endpoint::FromParams for #name {
            const SPEC: &'static ::flink_rest_client::endpoint::Spec = Self::SPEC;

            fn from_params(
                params: &mut ::flink_rest_client::endpoint::Params,
            ) -> ::flink_rest_client::Result<Self> {
                ::core::result::Result::Ok(Self { #(#fields),* })
            }
        }
    }
}

fn action(name: &Ident, route: &Route) -> TokenStream {
    let (output, value) = if type_name(&route.response) == "Triggered" {
        (
            quote!(::flink_rest_client::Operation<M, <Self as ::flink_rest_client::Trigger>::Poll>),
            quote!(::flink_rest_client::Operation::started(client, &self, answer)),
        )
    } else {
        (quote!(<Self as ::flink_rest_client::Endpoint>::Response), quote!(answer))
    };
    let answer = match &route.by {
        Some(by) => quote!(#by(&client, &self, options)),
        None => quote!(client.execute(&self, options)),
    };
    quote! {
        impl ::flink_rest_client::Action for #name {
            type Output<M: ::flink_rest_client::Mode> = #output;

            async fn run<M: ::flink_rest_client::Mode>(
                self,
                client: ::flink_rest_client::Client<M>,
                options: ::flink_rest_client::CallOptions,
            ) -> ::flink_rest_client::Result<Self::Output<M>> {
                let answer = #answer.await?;
                ::core::result::Result::Ok(#value)
            }
        }
    }
}

/// The method that sets an optional field on a call.
fn setter(name: &Ident, param: &Param<'_>) -> Option<TokenStream> {
    let field = param.field;
    let doc = &param.doc;
    let (argument, value) = match param.shape {
        Shape::Required => return None,
        Shape::Option(inner) if type_name(inner) == "String" => {
            (quote!(impl ::core::convert::Into<String>), quote!(Some(#field.into())))
        }
        Shape::Option(inner) => (quote!(#inner), quote!(Some(#field))),
        Shape::List(inner) => (
            quote!(impl ::core::iter::IntoIterator<Item: ::core::convert::Into<#inner>>),
            quote!(#field.into_iter().map(::core::convert::Into::into).collect()),
        ),
        Shape::Map => (
            quote!(
                impl ::core::iter::IntoIterator<
                    Item = (impl ::core::convert::Into<String>, impl ::core::convert::Into<String>),
                >
            ),
            quote!(#field.into_iter().map(|(key, value)| (key.into(), value.into())).collect()),
        ),
    };
    Some(quote! {
        #[doc = #doc]
        #[must_use]
        pub fn #field(mut self, #field: #argument) -> Self {
            ::core::convert::AsMut::<#name>::as_mut(&mut self.action).#field = #value;
            self
        }
    })
}

fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| attribute.path().is_ident(name))
}

/// The doc comment, its lines joined as they stand.
fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
                let text = text.value();
                Some(text.strip_prefix(' ').unwrap_or(&text).to_owned())
            }
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn optional(value: Option<&impl ToTokens>) -> TokenStream {
    value.map_or_else(
        || quote!(::core::option::Option::None),
        |value| quote!(::core::option::Option::Some(#value)),
    )
}

fn type_name(ty: &Type) -> String {
    quote!(#ty).to_string().replace(' ', "")
}
