//! The mapping templates by which a function with the integration `lambda` gets its event.
//!
//! Their text is part of the stacks that services have deployed, so it is made to the letter as the framework makes
//! it, blanks included. <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html>

/// The mappings of the event: the key, and what API Gateway has it from.
const MAPPINGS: [(&str, &str); 6] = [
    ("enhancedAuthContext", "$context.authorizer"),
    ("headers", "$input.params().header"),
    ("query", "$input.params().querystring"),
    ("path", "$input.params().path"),
    ("identity", "$context.identity"),
    ("stageVariables", "$stageVariables"),
];

/// The texts of the event: the key, and what API Gateway has it from.
const TEXTS: [(&str, &str); 3] = [
    ("method", "$context.httpMethod"),
    ("principalId", "$context.authorizer.principalId"),
    ("stage", "$context.stage"),
];

/// A template as lines, each with its depth.
#[derive(Default)]
struct Template(String);

impl Template {
    fn line(&mut self, depth: usize, text: &str) {
        self.0.push('\n');
        self.0.extend(std::iter::repeat_n(' ', depth));
        self.0.push_str(text);
    }

    fn lines(&mut self, lines: &[(usize, &str)]) {
        lines.iter().for_each(|(depth, text)| self.line(*depth, text));
    }
}

/// The template of a request in JSON. `claims` are lines of the user pool's claims, each with its comma.
pub fn json(claims: &str) -> String {
    let mut out = Template::default();
    out.line(4, "#set( $body = $input.json(\"$\") )");
    event(&mut out, claims);
    out.0
}

/// The template of a form, whose fields become a mapping. `claims` as in [`json`].
pub fn form(claims: &str) -> String {
    let mut out = Template::default();
    out.lines(&[
        (4, "#define( $body )"),
        (6, "{"),
        (6, "#foreach( $token in $input.path('$').split('&') )"),
        (8, "#set( $keyVal = $token.split('=') )"),
        (8, "#set( $keyValSize = $keyVal.size() )"),
        (8, "#if( $keyValSize >= 1 )"),
        (10, "#set( $key = $util.escapeJavaScript($util.urlDecode($keyVal[0])) )"),
        (10, "#if( $keyValSize >= 2 )"),
        (12, r##"#set($val = $util.escapeJavaScript($util.urlDecode($keyVal[1])).replaceAll("\\'","'"))"##),
        (10, "#else"),
        (12, "#set( $val = '' )"),
        (10, "#end"),
        (10, r##""$key": "$val"#if($foreach.hasNext),#end"##),
        (8, "#end"),
        (6, "#end"),
        (6, "}"),
        (4, "#end"),
    ]);
    event(&mut out, claims);
    out.0
}

/// The event around `$body`.
fn event(out: &mut Template, claims: &str) {
    out.lines(&[
        (0, ""),
        (4, ""),
        (2, "#define( $loop )"),
        (4, "{"),
        (4, "#foreach($key in $map.keySet())"),
        (8, "#set( $k = $util.escapeJavaScript($key) )"),
        (8, r##"#set( $v = $util.escapeJavaScript($map.get($key)).replaceAll("\\'", "'") )"##),
        (8, "\"$k\":"),
        (10, "\"$v\""),
        (10, "#if( $foreach.hasNext ) , #end"),
        (4, "#end"),
        (4, "}"),
        (2, "#end"),
        (0, ""),
        (2, "{"),
        (4, "\"body\": $body,"),
    ]);
    for (key, source) in TEXTS {
        out.line(4, &format!("\"{key}\": \"{source}\","));
    }
    out.lines(&[
        (0, ""),
        (4, "\"cognitoPoolClaims\" : {"),
        (7, claims),
        (7, "\"sub\": \"$context.authorizer.claims.sub\""),
        (4, "},"),
    ]);
    for (key, source) in MAPPINGS {
        out.line(0, "");
        out.line(4, &format!("#set( $map = {source} )"));
        out.line(4, &format!("\"{key}\": $loop,"));
    }
    out.lines(&[(0, ""), (4, "\"requestPath\": \"$context.resourcePath\""), (2, "}"), (0, ""), (2, "")]);
}
