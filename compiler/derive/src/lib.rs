//! `#[derive(Typed)]`: a Rust type to the shape that describes it and the decoder that reads it.
//!
//! * A struct is a mapping. Its fields are the keys, in camel case unless `#[key("...")]` says otherwise.
//! * An enum of bare variants is a closed set of words; each word is the variant's name or its `#[key("...")]`.
//! * An enum of variants that hold one value is a choice between shapes, tried in order.
//!
//! Every field and every word needs a doc comment: completion and hover show it.
//!
//! Attributes of a struct: `#[open]` (other keys are allowed), `#[requires("a", "b+c")]` (one of these sets of keys
//! must be there). Of a field: `#[key("...")]`, `#[shorthand]` (a bare scalar stands for it), `#[range(0, 300)]`,
//! `#[length(1, 64)]`, `#[items(1, 10)]` (of a list or of a mapping with free keys), `#[unique]` (no item
//! of a list twice), `#[pattern("...", "what it is")]`, `#[instead("...")]` (deprecated, and what to use), `#[removed]` (version 4 has removed it),
//! `#[since_4]` (version 4 has brought it).
//! Of an enum of words: `#[ignore_case]`.

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{Attribute, Data, DataEnum, DeriveInput, Expr, Field, Fields, Ident, Lit, LitStr, Meta, Token};

/// Implements `Typed`. See the documentation of the crate.
#[proc_macro_derive(
    Typed,
    attributes(
        key,
        shorthand,
        range,
        length,
        items,
        unique,
        pattern,
        instead,
        removed,
        since_4,
        open,
        requires,
        ignore_case
    )
)]
pub fn derive_typed(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    let tokens = match &input.data {
        Data::Struct(data) => object(&input, &data.fields),
        Data::Enum(data) if data.variants.iter().all(|it| matches!(it.fields, Fields::Unit)) => {
            words(&input, data)
        }
        Data::Enum(data) => alternatives(&input, data),
        Data::Union(_) => Err(syn::Error::new(input.span(), "a union has no shape")),
    };
    tokens.unwrap_or_else(syn::Error::into_compile_error).into()
}

fn object(input: &DeriveInput, fields: &Fields) -> syn::Result<Tokens> {
    let name = &input.ident;
    let text = name.to_string();
    let docs = documented(input.span(), &input.attrs)?;
    let described = fields.iter().map(field).collect::<syn::Result<Vec<_>>>()?;
    let idents = fields.iter().filter_map(|it| it.ident.as_ref()).collect::<Vec<_>>();
    let types = fields.iter().map(|it| &it.ty).collect::<Vec<_>>();
    let keys = fields.iter().map(field_key).collect::<syn::Result<Vec<_>>>()?;
    let shorthand = fields.iter().zip(&keys).find(|(it, _)| has(&it.attrs, "shorthand"));
    let shorthand = shorthand.map_or(quote! { None }, |(_, key)| quote! { Some(#key) });
    let from_scalar = fields.iter().zip(&keys).find(|(it, _)| has(&it.attrs, "shorthand")).map(|(_, key)| {
        quote! {
            if value.as_object().is_none_or(crate::shape::cfn::is_intrinsic) && !value.is_null() {
                let object = crate::value::Object::from_iter([(#key.into(), value.clone())]);
                return Self::decode(&crate::value::Value::from(object));
            }
        }
    });
    let open = has(&input.attrs, "open");
    let requires = requires(&input.attrs)?;
    Ok(quote! {
        impl crate::shape::Typed for #name {
            const SHAPE: &'static crate::shape::Shape = &crate::shape::Shape::Object(&crate::shape::ObjectShape {
                name: #text,
                docs: #docs,
                shorthand: #shorthand,
                fields: &[#(#described),*],
                open: #open,
                requires: #requires,
            });

            fn decode(value: &crate::value::Value) -> Option<Self> {
                #from_scalar
                let object = value.as_object()?;
                #( let #idents = <#types as crate::shape::FieldType>::decode_field(object.get(#keys)); )*
                Some(Self { #( #idents: #idents? ),* })
            }
        }
    })
}

fn field_key(field: &Field) -> syn::Result<LitStr> {
    let ident = field
        .ident
        .as_ref()
        .ok_or_else(|| syn::Error::new(field.span(), "the fields of a mapping have names"))?;
    key(ident, &field.attrs, camel_case)
}

fn field(field: &Field) -> syn::Result<Tokens> {
    let key = field_key(field)?;
    let docs = documented(field.span(), &field.attrs)?;
    let ty = &field.ty;
    let range = pair(&field.attrs, "range")?;
    let length = pair(&field.attrs, "length")?;
    let items = pair(&field.attrs, "items")?;
    let unique = has(&field.attrs, "unique");
    let pattern = pair(&field.attrs, "pattern")?;
    let instead = text(&field.attrs, "instead")?;
    let removed = has(&field.attrs, "removed");
    let since_4 = has(&field.attrs, "since_4");
    Ok(quote! {
        crate::shape::Field {
            key: #key,
            docs: #docs,
            shape: <#ty as crate::shape::FieldType>::FIELD,
            required: <#ty as crate::shape::FieldType>::REQUIRED,
            limits: crate::shape::Limits { range: #range, length: #length, pattern: #pattern, items: #items, unique: #unique },
            deprecated: #instead,
            removed: #removed,
            since_4: #since_4,
        }
    })
}

fn words(input: &DeriveInput, data: &DataEnum) -> syn::Result<Tokens> {
    let name = &input.ident;
    let idents = data.variants.iter().map(|it| &it.ident).collect::<Vec<_>>();
    let texts = data
        .variants
        .iter()
        .map(|it| key(&it.ident, &it.attrs, str::to_owned))
        .collect::<syn::Result<Vec<_>>>()?;
    let docs =
        data.variants.iter().map(|it| documented(it.span(), &it.attrs)).collect::<syn::Result<Vec<_>>>()?;
    let ignore_case = has(&input.attrs, "ignore_case");
    let compare = if ignore_case {
        quote! { text.eq_ignore_ascii_case((*it).word()) }
    } else {
        quote! { text == (*it).word() }
    };
    Ok(quote! {
        impl #name {
            /// The word as the framework's documentation writes it.
            pub const fn word(self) -> &'static str {
                match self { #( #name::#idents => #texts ),* }
            }
        }

        impl crate::shape::Typed for #name {
            const SHAPE: &'static crate::shape::Shape = &crate::shape::Shape::Choice(&crate::shape::ChoiceShape {
                words: &[#( crate::shape::Word { text: #texts, docs: #docs, ended: false } ),*],
                ignore_case: #ignore_case,
            });

            fn decode(value: &crate::value::Value) -> Option<Self> {
                let text = <ecow::EcoString as crate::shape::Typed>::decode(value)?;
                [#( #name::#idents ),*].into_iter().find(|it| #compare)
            }
        }

        impl From<#name> for crate::value::Value {
            fn from(it: #name) -> crate::value::Value {
                crate::value::Value::from(it.word())
            }
        }
    })
}

fn alternatives(input: &DeriveInput, data: &DataEnum) -> syn::Result<Tokens> {
    let name = &input.ident;
    let mut idents = Vec::new();
    let mut types = Vec::new();
    for variant in &data.variants {
        let Fields::Unnamed(fields) = &variant.fields else {
            return Err(syn::Error::new(variant.span(), "an alternative holds one value"));
        };
        let Some(field) = fields.unnamed.first().filter(|_| fields.unnamed.len() == 1) else {
            return Err(syn::Error::new(variant.span(), "an alternative holds one value"));
        };
        idents.push(&variant.ident);
        types.push(&field.ty);
    }
    Ok(quote! {
        impl crate::shape::Typed for #name {
            const SHAPE: &'static crate::shape::Shape =
                &crate::shape::Shape::OneOf(&[#( <#types as crate::shape::Typed>::SHAPE ),*]);

            fn decode(value: &crate::value::Value) -> Option<Self> {
                let shapes: &[&'static crate::shape::Shape] = &[#( <#types as crate::shape::Typed>::SHAPE ),*];
                let decoders: &[fn(&crate::value::Value) -> Option<Self>] =
                    &[#( |it| <#types as crate::shape::Typed>::decode(it).map(#name::#idents) ),*];
                crate::shape::check::decode_one_of(value, shapes, decoders)
            }
        }
    })
}

fn has(attrs: &[Attribute], name: &str) -> bool {
    attrs.iter().any(|it| it.path().is_ident(name))
}

fn find<'a>(attrs: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attrs.iter().find(|it| it.path().is_ident(name))
}

fn key(ident: &Ident, attrs: &[Attribute], rule: fn(&str) -> String) -> syn::Result<LitStr> {
    match find(attrs, "key") {
        Some(attr) => attr.parse_args(),
        None => Ok(LitStr::new(&rule(&ident.to_string()), ident.span())),
    }
}

fn text(attrs: &[Attribute], name: &str) -> syn::Result<Tokens> {
    let Some(attr) = find(attrs, name) else { return Ok(quote! { None }) };
    let text: Expr = attr.parse_args()?;
    Ok(quote! { Some(#text) })
}

fn pair(attrs: &[Attribute], name: &str) -> syn::Result<Tokens> {
    let Some(attr) = find(attrs, name) else { return Ok(quote! { None }) };
    let bounds = attr.parse_args_with(Punctuated::<Expr, Token![,]>::parse_terminated)?;
    match bounds.iter().collect::<Vec<_>>().as_slice() {
        [least, most] => Ok(quote! { Some((#least, #most)) }),
        _ => Err(syn::Error::new(attr.span(), "two: the least and the most, or the form and what it is")),
    }
}

fn requires(attrs: &[Attribute]) -> syn::Result<Tokens> {
    let Some(attr) = find(attrs, "requires") else { return Ok(quote! { &[] }) };
    let sets = attr.parse_args_with(Punctuated::<LitStr, Token![,]>::parse_terminated)?;
    let sets = sets.iter().map(|it| {
        let text = it.value();
        let keys = text.split('+').collect::<Vec<_>>();
        quote! { &[#(#keys),*] }
    });
    Ok(quote! { &[#(#sets),*] })
}

/// The doc comment. A key without one is an error: completion and hover would have nothing to say.
fn documented(span: proc_macro2::Span, attrs: &[Attribute]) -> syn::Result<LitStr> {
    let lines: Vec<String> = attrs.iter().filter_map(doc_line).collect();
    if lines.is_empty() {
        return Err(syn::Error::new(span, "needs a doc comment: it is what completion and hover show"));
    }
    Ok(LitStr::new(lines.join("\n").trim(), span))
}

fn doc_line(attr: &Attribute) -> Option<String> {
    let Meta::NameValue(it) = &attr.meta else { return None };
    match &it.value {
        Expr::Lit(lit) if it.path.is_ident("doc") => match &lit.lit {
            Lit::Str(text) => {
                Some(text.value().strip_prefix(' ').map_or_else(|| text.value(), str::to_owned))
            }
            _ => None,
        },
        _ => None,
    }
}

fn camel_case(name: &str) -> String {
    let mut words = name.trim_start_matches("r#").trim_end_matches('_').split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut all, word| {
        let mut letters = word.chars();
        all.extend(letters.next().map(|it| it.to_ascii_uppercase()));
        all.push_str(letters.as_str());
        all
    })
}
