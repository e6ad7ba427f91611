//! The program `docker`. Answers "how is it run, and what does it say when it fails?".

use std::io::{ErrorKind as IoKind, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Build;
use crate::error::{Error, ErrorKind};

/// How many of its last lines are told when it fails.
const LAST_LINES: usize = 12;

/// `docker`, run in the directory of a service.
#[derive(Debug)]
pub(super) struct Docker {
    root: PathBuf,
}

/// A run that did not succeed.
#[derive(Debug)]
pub(super) struct Failed {
    /// The command that was run, `build`.
    command: String,
    /// All that it said.
    output: String,
}

impl Failed {
    /// Whether the registry wants a password first.
    pub(super) fn needs_login(&self) -> bool {
        ["no basic auth credentials", "authorization token has expired"]
            .iter()
            .any(|it| self.output.contains(it))
    }

    /// As an error, with the last lines of what was said.
    pub(super) fn into_error(self, doing: &str) -> Error {
        let lines: Vec<&str> = self.output.lines().map(str::trim_end).filter(|it| !it.is_empty()).collect();
        let last = lines.len().saturating_sub(LAST_LINES);
        Error::new(
            ErrorKind::Docker,
            format!("`docker {}` failed to {doing}.", self.command),
            lines.into_iter().skip(last).collect::<Vec<_>>().join("\n"),
            "Mend what docker says.",
        )
    }
}

impl Docker {
    /// Looks whether there is `docker` at all.
    pub(super) fn find(root: &Path) -> Result<Docker, Error> {
        let docker = Docker { root: root.to_owned() };
        docker.run(&["--version".to_owned()], None).map_err(|failed| {
            Error::new(
                ErrorKind::Docker,
                "The service has images to build, and there is no `docker` here that runs.",
                failed.output.lines().last().unwrap_or_default(),
                "Install docker, or push the images and give their `uri`.",
            )
        })?;
        Ok(docker)
    }

    pub(super) fn build(&self, build: &Build, tag: &str) -> Result<(), Error> {
        let dockerfile = self.root.join(&build.path).join(&build.file);
        let mut arguments: Vec<String> = ["build", "-t", tag, "-f"].into_iter().map(str::to_owned).collect();
        arguments.push(dockerfile.display().to_string());
        for (key, value) in &build.build_args {
            arguments.extend(["--build-arg".to_owned(), format!("{key}={value}")]);
        }
        for image in &build.cache_from {
            arguments.extend(["--cache-from".to_owned(), image.clone()]);
        }
        arguments.extend(build.build_options.iter().cloned());
        arguments.push(build.path.clone());
        arguments.extend(build.platform.as_ref().map(|it| format!("--platform={it}")));
        arguments.extend(build.provenance.as_ref().map(|it| format!("--provenance={it}")));
        let built = self.run(&arguments, None);
        built.map(drop).map_err(|failed| failed.into_error(&format!("build the image `{}`", build.name)))
    }

    pub(super) fn tag(&self, name: &str, local: &str, remote: &str) -> Result<(), Error> {
        let tagged = self.run(&["tag".to_owned(), local.to_owned(), remote.to_owned()], None);
        tagged.map(drop).map_err(|failed| failed.into_error(&format!("tag the image `{name}`")))
    }

    /// Pushes an image; what docker said of it.
    pub(super) fn push(&self, remote: &str) -> Result<String, Failed> {
        self.run(&["push".to_owned(), remote.to_owned()], None)
    }

    pub(super) fn login(&self, url: &str, password: &str) -> Result<(), Error> {
        let arguments = ["login", "--username", "AWS", "--password-stdin", url].map(str::to_owned);
        let done = self.run(&arguments, Some(password));
        done.map(drop).map_err(|failed| failed.into_error("sign in to the registry of images"))
    }

    /// Runs docker; all that it writes, wherever it writes it.
    fn run(&self, arguments: &[String], input: Option<&str>) -> Result<String, Failed> {
        let failed =
            |output: String| Failed { command: arguments.first().cloned().unwrap_or_default(), output };
        let process = Command::new("docker")
            .args(arguments)
            .current_dir(&self.root)
            .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut process = process.map_err(|error| {
            failed(match error.kind() {
                IoKind::NotFound => "no program of this name is in `PATH`".to_owned(),
                _ => error.to_string(),
            })
        })?;
        if let (Some(mut pipe), Some(input)) = (process.stdin.take(), input) {
            // A program that does not read says by its end what is wrong.
            let _ = pipe.write_all(input.as_bytes());
        }
        let (out, err) = (process.stdout.take(), process.stderr.take());
        let output = std::thread::scope(|scope| {
            let err = scope.spawn(|| all(err));
            let out = all(out);
            out + &err.join().unwrap_or_default()
        });
        match process.wait() {
            Ok(status) if status.success() => Ok(output),
            Ok(_) => Err(failed(output)),
            Err(error) => Err(failed(error.to_string())),
        }
    }
}

fn all(stream: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        // What has been read until then is all there is.
        let _ = stream.read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
