//! A faulty proxy between the deploy backend and the emulator: it forwards, logs every call, and breaks those that a
//! test names. Answers "what was asked of AWS, and what happens when AWS does not answer as hoped?".

use std::collections::VecDeque;
use std::io::{Error, Result};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};

/// What goes wrong with a call.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Answered by the proxy: status, headers, body.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// The connection is reset after this many bytes of the request's body.
    ResetAfter(usize),
    /// AWS does what was asked; its answer is lost by a reset.
    ResetAfterForward,
    /// No answer for this long, then a reset.
    Hang(Duration),
    /// The answer is cut in half and pretends to be whole.
    Truncate,
}

impl Fault {
    /// An error in the form of AWS's query services.
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>r-1</RequestId></ErrorResponse>"
        );
        Self::Answer(status, vec![("content-type", "text/xml".to_owned())], body)
    }

    /// An error in the form of S3.
    pub fn s3_error(status: u16, code: &str, message: &str) -> Self {
        let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
        Self::Answer(status, vec![("content-type", "application/xml".to_owned())], body)
    }

    /// An error in the form of AWS's JSON services.
    pub fn json_error(status: u16, code: &str, message: &str) -> Self {
        let body = format!(r#"{{"__type":"{code}","message":"{message}"}}"#);
        Self::Answer(status, vec![("content-type", "application/x-amz-json-1.1".to_owned())], body)
    }
}

/// Faults for the calls of an action, in force once another action was called so many times.
#[derive(Debug)]
struct Rule {
    action: String,
    after: (String, usize),
    faults: VecDeque<Fault>,
}

#[derive(Debug, Default)]
struct Shared {
    rules: Mutex<Vec<Rule>>,
    calls: Mutex<Vec<String>>,
}

impl Shared {
    fn take(&self, call: &str) -> Option<Fault> {
        let in_force = |rule: &Rule| {
            let (action, times) = &rule.after;
            matches(call, &rule.action) && !rule.faults.is_empty() && self.count(action) >= *times
        };
        self.rules
            .lock()
            .unwrap()
            .iter_mut()
            .find(|rule| in_force(rule))
            .and_then(|rule| rule.faults.pop_front())
    }

    fn count(&self, action: &str) -> usize {
        self.calls.lock().unwrap().iter().filter(|call| matches(call, action)).count()
    }
}

/// `PUT *` stands for every call that begins with `PUT `.
fn matches(call: &str, action: &str) -> bool {
    action.strip_suffix('*').map_or(call == action, |start| call.starts_with(start))
}

/// The proxy, on a thread of its own until the end of the process.
#[derive(Debug, Clone)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Proxy {
    /// Starts a proxy in front of `upstream`.
    pub fn start(upstream: &str) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let (state, upstream) = (Arc::clone(&shared), upstream.to_owned());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).unwrap();
                while let Ok((socket, _)) = listener.accept().await {
                    tokio::spawn(serve(socket, Arc::clone(&state), upstream.clone()));
                }
            });
        });
        Self { address, shared }
    }

    /// URL to give to the client.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Breaks the next `times` calls of `action`: an action of a query service, or `METHOD /path`.
    pub fn break_next(&self, action: &str, times: usize, fault: &Fault) {
        self.break_after(("", 0), action, times, fault);
    }

    /// The same, once the action `after.0` was called `after.1` times.
    pub fn break_after(&self, after: (&str, usize), action: &str, times: usize, fault: &Fault) {
        let faults = std::iter::repeat_n(fault.clone(), times).collect();
        let rule = Rule { action: action.to_owned(), after: (after.0.to_owned(), after.1), faults };
        self.shared.rules.lock().unwrap().push(rule);
    }

    /// How often `action` arrived.
    pub fn calls(&self, action: &str) -> usize {
        self.shared.count(action)
    }

    /// Forgets the calls so far.
    pub fn forget(&self) {
        self.shared.calls.lock().unwrap().clear();
    }
}

async fn serve(socket: TcpStream, shared: Arc<Shared>, upstream: String) {
    let raw = socket.into_std().unwrap();
    let twin = raw.try_clone().unwrap();
    let reset = Arc::new(AtomicBool::new(false));
    let answer = |request| handle(request, Arc::clone(&shared), upstream.clone(), Arc::clone(&reset));
    let socket = TokioIo::new(TcpStream::from_std(raw).unwrap());
    // A handler that fails ends the connection.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(socket, service_fn(answer)).await;
    if reset.load(Ordering::SeqCst)
        && let Ok(twin) = TcpStream::from_std(twin)
    {
        let _ = twin.set_zero_linger();
    }
}

async fn handle(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    upstream: String,
    reset: Arc<AtomicBool>,
) -> Result<Response<Full<Bytes>>> {
    let (parts, mut incoming) = request.into_parts();
    let broken = || {
        reset.store(true, Ordering::SeqCst);
        Err(Error::other("reset by the test"))
    };
    // A REST call is known by its request line, so it can break in the middle of its body.
    let line = format!("{} {}", parts.method, parts.uri.path());
    let mut fault = shared.take(&line);
    let mut body = Vec::new();
    while let Some(frame) = incoming.frame().await {
        body.extend(frame.map_err(Error::other)?.into_data().unwrap_or_default());
        if matches!(fault, Some(Fault::ResetAfter(bytes)) if body.len() >= bytes) {
            shared.calls.lock().unwrap().push(line);
            return broken();
        }
    }
    let target = parts.headers.get("x-amz-target").and_then(|it| it.to_str().ok()?.rsplit('.').next());
    let form = std::str::from_utf8(&body).ok();
    let form = form.and_then(|it| it.split('&').find_map(|field| field.strip_prefix("Action=")));
    let action = target.or(form);
    let call = action.map_or(line, str::to_owned);
    fault = fault.or_else(|| action.and_then(|action| shared.take(action)));
    shared.calls.lock().unwrap().push(call);
    match &fault {
        Some(Fault::Answer(status, headers, text)) => {
            let builder = Response::builder().status(*status);
            let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, value));
            return builder.body(Full::from(text.clone())).map_err(Error::other);
        }
        Some(Fault::ResetAfter(_)) => return broken(),
        Some(Fault::Hang(time)) => {
            tokio::time::sleep(*time).await;
            return broken();
        }
        _ => {}
    }
    let answer = forward(parts, body, &upstream).await?;
    match fault {
        Some(Fault::ResetAfterForward) => broken(),
        Some(Fault::Truncate) => Ok(answer.map(|whole| {
            let half = whole.len() / 2;
            Full::new(whole.slice(..half))
        })),
        _ => Ok(answer.map(Full::new)),
    }
}

async fn forward(parts: Parts, body: Vec<u8>, upstream: &str) -> Result<Response<Bytes>> {
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::builder().method(&parts.method).uri(format!("{upstream}{path}"));
    for (name, value) in
        parts.headers.iter().filter(|(name, _)| *name != TRANSFER_ENCODING && *name != CONTENT_LENGTH)
    {
        request = request.header(name, value);
    }
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let request = request.body(Full::from(body)).map_err(Error::other)?;
    let (head, body) = client.request(request).await.map_err(Error::other)?.into_parts();
    let body = body.collect().await.map_err(Error::other)?.to_bytes();
    let mut answer = Response::builder().status(head.status);
    // The answer to HEAD tells the length of a body that it has not.
    let keeps_length = parts.method == hyper::Method::HEAD;
    for (name, value) in &head.headers {
        if *name != TRANSFER_ENCODING && (keeps_length || *name != CONTENT_LENGTH) {
            answer = answer.header(name, value);
        }
    }
    answer.body(body).map_err(Error::other)
}
