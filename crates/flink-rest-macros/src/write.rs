//! Generation of code for an endpoint struct.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{Ident, LitStr, Type};

use crate::read::{Param, Route, Shape};

pub(crate) fn spec(name: &Ident, doc: &str, route: &Route, params: &[Param<'_>]) -> TokenStream {
    let Route { method, path, response, .. } = route;
    let (since, until) = (optional(route.since.as_ref()), optional(route.until.as_ref()));
    let (handle, python) = (optional(route.handle.as_ref()), optional(route.python.as_ref()));
    let params = params.iter().map(|param| {
        let Param { field, doc, options, .. } = param;
        let place = format_ident!("{}", param.place);
        let field = field.to_string();
        let key = options.key.as_ref().map_or_else(|| field.clone(), LitStr::value);
        let shape = format_ident!("{}", param.shape.name());
        let (since, until) = (optional(options.since.as_ref()), optional(options.until.as_ref()));
        let token = match &options.token {
            Some(token) => quote!(::core::option::Option::Some(::flink_rest_client::endpoint::Token::#token)),
            None => quote!(::core::option::Option::None),
        };
        let formerly = optional(options.formerly.as_ref());
        let kind = match param.shape {
            Shape::Map => quote!(::flink_rest_client::endpoint::Kind::Text),
            shape => {
                let item = shape.item(param.ty);
                quote!(<#item as ::flink_rest_client::endpoint::ParamType>::KIND)
            }
        };
        quote! {
            ::flink_rest_client::endpoint::Param {
                name: #field, key: #key, place: ::flink_rest_client::endpoint::Place::#place,
                shape: ::flink_rest_client::endpoint::Shape::#shape, kind: #kind,
                since: #since, until: #until, formerly: #formerly, token: #token, doc: #doc,
            }
        }
    });
    let repeat = match &route.repeat {
        Some(repeat) => quote!(::flink_rest_client::Repeat::#repeat),
        None if method == "GET" => quote!(::flink_rest_client::Repeat::Reads),
        None => quote!(::flink_rest_client::Repeat::Another),
    };
    let measured = route.measured;
    let meant = optional(route.meant.as_ref());
    let name = name.to_string();
    let (item, is_list) = match Shape::of(response) {
        Shape::List(item) => (item, true),
        _ => (response, false),
    };
    let (item_name, of_list) = (type_name(item), is_list.then(|| quote!(.of_list())));
    quote! {
        /// The description of this endpoint.
        pub const SPEC: &'static ::flink_rest_client::endpoint::Spec = &::flink_rest_client::endpoint::Spec {
            name: #name,
            api: &::flink_rest_client::FLINK,
            method: ::flink_rest_client::http::Method::#method,
            path: #path,
            since: #since,
            until: #until,
            handle: #handle,
            python: #python,
            repeat: #repeat,
            measured: #measured,
            meant: #meant,
            answer: ::flink_rest_client::endpoint::AnswerType {
                name: #item_name,
                is_list: #is_list,
                kind: <#response as ::flink_rest_client::endpoint::FromAnswer>::KIND,
                telling: {
                    #[allow(unused_imports)]
                    use ::flink_rest_client::endpoint::AnyAnswer as _;
                    <#item>::TELLING #of_list
                },
            },
            params: &[#(#params),*],
            doc: #doc,
            from_json: ::flink_rest_client::endpoint::request_from_json::<Self>,
        };
    }
}

pub(crate) fn new(params: &[Param<'_>]) -> TokenStream {
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
        /// Creates the endpoint with its required parameters only.
        pub fn new(#(#arguments),*) -> Self { Self { #(#values),* } }
    }
}

pub(crate) fn endpoint(name: &Ident, route: &Route, params: &[Param<'_>]) -> TokenStream {
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

pub(crate) fn action(name: &Ident, route: &Route) -> TokenStream {
    let (output, value) = if type_name(&route.response) == "Triggered" {
        (
            quote!(::flink_rest_client::Operation<M, <Self as ::flink_rest_client::Trigger>::Poll>),
            quote!(::flink_rest_client::Operation::started(client, &self, answer, options)),
        )
    } else {
        (quote!(<Self as ::flink_rest_client::Endpoint>::Response), quote!(answer))
    };
    let answer = match &route.by {
        Some(by) => quote!(#by(&client, &self, options)),
        None => quote!(client.perform(&self, options)),
    };
    quote! {
        impl ::flink_rest_client::Action for #name {
            type Output<M: ::flink_rest_client::Mode> = #output;

            fn reads_metrics(&self) -> bool {
                ::flink_rest_client::Endpoint::request(self).is_ok_and(|request| request.reads_metrics())
            }

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

/// The setter of an optional field on a call.
pub(crate) fn setter(name: &Ident, param: &Param<'_>) -> Option<TokenStream> {
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

pub(crate) fn optional(value: Option<&impl ToTokens>) -> TokenStream {
    value.map_or_else(
        || quote!(::core::option::Option::None),
        |value| quote!(::core::option::Option::Some(#value)),
    )
}

pub(crate) fn type_name(ty: &Type) -> String {
    quote!(#ty).to_string().replace(' ', "")
}
