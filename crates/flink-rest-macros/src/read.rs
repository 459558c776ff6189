//! Parsing of the attributes and fields of an endpoint struct.

use syn::{
    Attribute, Data, DeriveInput, Error, Expr, ExprLit, Field, Fields, GenericArgument, Ident, Lit, LitBool,
    LitStr, Meta, Path, PathArguments, Result, Token, Type,
    parse::{Parse, ParseStream},
};

/// The content of `#[endpoint(…)]`.
pub(crate) struct Route {
    pub(crate) method: Ident,
    pub(crate) path: LitStr,
    pub(crate) response: Type,
    pub(crate) since: Option<LitStr>,
    pub(crate) until: Option<LitStr>,
    pub(crate) handle: Option<LitStr>,
    pub(crate) python: Option<LitStr>,
    pub(crate) repeat: Option<Expr>,
    pub(crate) measured: bool,
    pub(crate) by: Option<Path>,
    pub(crate) also: Option<Path>,
    pub(crate) meant: Option<Path>,
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
            measured: false,
            by: None,
            also: None,
            meant: None,
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
                "measured" => route.measured = input.parse::<LitBool>()?.value,
                "by" => route.by = Some(input.parse()?),
                "also" => route.also = Some(input.parse()?),
                "meant" => route.meant = Some(input.parse()?),
                _ => {
                    let expected =
                        "expected since, until, handle, python, repeat, measured, by, also or meant";
                    return Err(Error::new(key.span(), expected));
                }
            }
        }
        Ok(route)
    }
}

impl Route {
    /// The placeholders of the path, in order.
    fn placeholders(&self) -> Vec<String> {
        self.path
            .value()
            .split('/')
            .filter_map(|part| Some(part.strip_prefix('{')?.strip_suffix('}')?.into()))
            .collect()
    }
}

/// A field of the struct, and the place of its value in the request.
pub(crate) struct Param<'a> {
    pub(crate) field: &'a Ident,
    pub(crate) ty: &'a Type,
    pub(crate) shape: Shape<'a>,
    pub(crate) doc: String,
    pub(crate) place: &'static str,
    pub(crate) options: ParamOptions,
}

/// The content of `#[query(…)]`, `#[body(…)]`, `#[file(…)]` or `#[jar(…)]`.
#[derive(Default)]
pub(crate) struct ParamOptions {
    pub(crate) key: Option<LitStr>,
    pub(crate) since: Option<LitStr>,
    pub(crate) until: Option<LitStr>,
    pub(crate) formerly: Option<Expr>,
    pub(crate) check: Option<Path>,
    pub(crate) token: Option<Ident>,
}

impl Parse for ParamOptions {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut options = Self::default();
        while !input.is_empty() {
            if input.peek(LitStr) {
                options.key = Some(input.parse()?);
            } else {
                let key: Ident = input.parse()?;
                input.parse::<Token![=]>()?;
                match key.to_string().as_str() {
                    "token" => options.token = Some(input.parse()?),
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

/// The number of values of a field.
#[derive(Clone, Copy)]
pub(crate) enum Shape<'a> {
    Required,
    Option(&'a Type),
    List(&'a Type),
    Map,
}

impl<'a> Shape<'a> {
    pub(crate) fn of(ty: &'a Type) -> Self {
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

    /// The name of the variant in `endpoint::Shape`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Required => "One",
            Self::Option(_) => "Optional",
            Self::List(_) => "List",
            Self::Map => "Map",
        }
    }

    /// The type of one value.
    pub(crate) fn item(self, ty: &'a Type) -> &'a Type {
        match self {
            Self::Option(item) | Self::List(item) => item,
            Self::Required | Self::Map => ty,
        }
    }
}

pub(crate) fn params<'a>(input: &'a DeriveInput, route: &Route) -> Result<Vec<Param<'a>>> {
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => fields.named.iter().collect(),
            Fields::Unit => Vec::new(),
            Fields::Unnamed(fields) => {
                return Err(Error::new_spanned(fields, "an endpoint struct needs named fields"));
            }
        },
        _ => return Err(Error::new(input.ident.span(), "an endpoint must be a struct")),
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

pub(crate) fn param<'a>(field: &'a Field, placeholders: &[String]) -> Result<Param<'a>> {
    let Some(ident) = &field.ident else {
        return Err(Error::new_spanned(field, "an endpoint struct needs named fields"));
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
                "the field is not in the path: mark it #[query], #[body], #[file] or #[jar]",
            ));
        }
        (Some(_), true) => {
            return Err(Error::new(ident.span(), "the field is in the path already: remove the attribute"));
        }
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

pub(crate) fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| attribute.path().is_ident(name))
}

/// The doc comment, with its line breaks.
pub(crate) fn doc(attributes: &[Attribute]) -> String {
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
