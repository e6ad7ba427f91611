//! The protocol: what comes in is posted before the first `.await`, so that it is done in the order it came.

use std::collections::BTreeMap;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use slsc_core::db::{Database, File, Service};
use slsc_core::pipeline;
use tokio::sync::oneshot;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::*;
use tower_lsp::{Client, LanguageServer, LspService, Server};

use crate::Clock;
use crate::features::{code_action, completion, definition, hover, rename};
use crate::position::{Encoding, LinePosition, Lines, offset};
use crate::protocol;
use crate::worker::{self, Change, Message};

struct Backend {
    messages: Mutex<Sender<Message>>,
    encoding: Arc<OnceLock<Encoding>>,
    clock: Clock,
}

/// Serves until the client says goodbye.
pub async fn serve(environment: BTreeMap<String, String>, clock: Clock) {
    let (service, socket) = LspService::new(|client| Backend::new(client, environment, clock));
    // Many requests may wait while a change must still come through at once.
    Server::new(tokio::io::stdin(), tokio::io::stdout(), socket).concurrency_level(256).serve(service).await;
}

impl Backend {
    fn new(client: Client, environment: BTreeMap<String, String>, clock: Clock) -> Backend {
        let encoding: Arc<OnceLock<Encoding>> = Arc::default();
        let runtime = tokio::runtime::Handle::current();
        let counted = encoding.clone();
        let publish = move |published: worker::Published| {
            let encoding = counted.get().copied().unwrap_or(Encoding::Utf16);
            let Some(uri) = protocol::uri(&published.path) else { return };
            let diagnostics = protocol::diagnostics(&published, encoding);
            runtime.block_on(client.publish_diagnostics(uri, diagnostics, published.version));
        };
        let messages = Mutex::new(worker::start(environment, clock(), Box::new(publish)));
        Backend { messages, encoding, clock }
    }

    fn post(&self, message: Message) {
        // The worker lives as long as the server.
        drop(self.messages.lock().unwrap_or_else(PoisonError::into_inner).send(message));
    }

    fn encoding(&self) -> Encoding {
        self.encoding.get().copied().unwrap_or(Encoding::Utf16)
    }

    /// Asks a snapshot; a change that comes in between makes the answer void.
    async fn ask<T: Send + 'static>(
        &self,
        at: TextDocumentPositionParams,
        query: impl FnOnce(&Database, Service, File, usize) -> T + Send + 'static,
    ) -> Result<T> {
        let Some(path) = protocol::path(&at.text_document.uri) else {
            return Err(Error::invalid_params("this is no file"));
        };
        let (sender, receiver) = oneshot::channel();
        let position: LinePosition = protocol::line_position(at.position);
        let encoding = self.encoding();
        let query = move |db: &Database, service: Service, file: File| {
            let offset = offset(pipeline::text(db, file), position, encoding);
            // The asker may have gone away.
            drop(sender.send(query(db, service, file, offset)));
        };
        self.post(Message::Query { path, query: Box::new(query) });
        receiver.await.map_err(|_| Error {
            code: ErrorCode::ContentModified,
            message: "the document has changed".into(),
            data: None,
        })
    }
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let offered = params.capabilities.general.and_then(|it| it.position_encodings).unwrap_or_default();
        let encoding =
            if offered.contains(&PositionEncodingKind::UTF8) { Encoding::Utf8 } else { Encoding::Utf16 };
        // A client initializes once; a second time changes nothing.
        let _ = self.encoding.set(encoding);
        self.post(Message::Encoding(encoding));
        Ok(InitializeResult {
            capabilities: capabilities(encoding),
            server_info: Some(info()),
            ..InitializeResult::default()
        })
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        if let Some(path) = protocol::path(&document.uri) {
            self.post(Message::Open { path, version: document.version, text: document.text });
        }
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let Some(path) = protocol::path(&params.text_document.uri) else { return };
        let changes = params.content_changes.into_iter().map(|it| Change {
            range: it.range.map(|it| (protocol::line_position(it.start), protocol::line_position(it.end))),
            text: it.text,
        });
        self.post(Message::Change {
            path,
            version: params.text_document.version,
            changes: changes.collect(),
        });
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        if let Some(path) = protocol::path(&params.text_document.uri) {
            self.post(Message::Close { path });
        }
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        let paths = params.changes.iter().filter_map(|it| protocol::path(&it.uri)).collect();
        self.post(Message::Touched { paths });
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let encoding = self.encoding();
        let items = self.ask(params.text_document_position, move |db, service, file, offset| {
            let text = pipeline::text(db, file);
            let proposals = completion::at(db, service, file, offset);
            proposals.into_iter().map(|it| protocol::completion(it, text, offset, encoding)).collect()
        });
        items.await.map(|it| Some(CompletionResponse::Array(it)))
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let encoding = self.encoding();
        let now = (self.clock)();
        self.ask(params.text_document_position_params, move |db, service, file, offset| {
            let found = hover::at(db, service, file, offset, now)?;
            let lines = Lines::new(pipeline::text(db, file));
            let range = protocol::range(&lines, &found.range, encoding);
            Some(Hover {
                contents: HoverContents::Markup(protocol::markdown(found.markdown)),
                range: Some(range),
            })
        })
        .await
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let encoding = self.encoding();
        self.ask(params.text_document_position_params, move |db, service, file, offset| {
            let targets = definition::at(db, service, file, offset);
            let places = targets.iter().filter_map(|it| protocol::location(db, it.file, &it.range, encoding));
            let places: Vec<Location> = places.collect();
            (!places.is_empty()).then_some(GotoDefinitionResponse::Array(places))
        })
        .await
    }

    async fn prepare_rename(
        &self,
        params: TextDocumentPositionParams,
    ) -> Result<Option<PrepareRenameResponse>> {
        let encoding = self.encoding();
        self.ask(params, move |db, service, file, offset| {
            let found = rename::at(db, service, file, offset)?;
            let lines = Lines::new(pipeline::text(db, file));
            let range = protocol::range(&lines, &found.range, encoding);
            Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder: found.name })
        })
        .await
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        if !rename::is_name(&params.new_name) {
            return Err(Error::invalid_params(format!(
                "`{}` is not a name: write letters, digits, `-` and `_`",
                params.new_name
            )));
        }
        let encoding = self.encoding();
        self.ask(params.text_document_position, move |db, service, file, offset| {
            let found = rename::at(db, service, file, offset)?;
            let edits = found.places.into_iter().map(|(file, range)| (file, range, params.new_name.clone()));
            Some(protocol::workspace_edit(db, edits, encoding))
        })
        .await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let encoding = self.encoding();
        let end = protocol::line_position(params.range.end);
        let at =
            TextDocumentPositionParams { text_document: params.text_document, position: params.range.start };
        let actions = self.ask(at, move |db, service, file, start| {
            let end = offset(pipeline::text(db, file), end, encoding);
            let found = code_action::at(db, service, file, &(start..end.max(start)));
            let action = |it: code_action::Action| {
                CodeActionOrCommand::CodeAction(CodeAction {
                    title: it.title,
                    kind: Some(CodeActionKind::QUICKFIX),
                    is_preferred: Some(it.safe),
                    edit: Some(protocol::workspace_edit(db, it.edits, encoding)),
                    ..CodeAction::default()
                })
            };
            found.into_iter().map(action).collect()
        });
        actions.await.map(Some)
    }
}

fn info() -> ServerInfo {
    ServerInfo { name: "slsc".into(), version: Some(env!("CARGO_PKG_VERSION").into()) }
}

fn capabilities(encoding: Encoding) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(match encoding {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
        }),
        text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::INCREMENTAL)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(["{", ":", ".", " ", "-"].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        ..ServerCapabilities::default()
    }
}
