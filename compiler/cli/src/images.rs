//! The container images of a service: built, pushed and looked up before its template is made.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use ecow::EcoString;
use salsa::Setter as _;
use slsc_core::aws::resources::image;
use slsc_core::pipeline;
use slsc_deploy::Error;
use slsc_deploy::image::{Build, Images};

use crate::args::Global;
use crate::commands::remote;
use crate::output::Failure;
use crate::project::Project;

/// Builds and pushes what is built, and asks the registry for the digests of the others. A service without such images
/// needs neither `docker` nor AWS.
pub fn resolve(project: &mut Project, global: &Global) -> Result<(), Failure> {
    let needs = pipeline::images(&project.db, project.service);
    if needs.builds.is_empty() && needs.tagged.is_empty() {
        return Ok(());
    }
    let Some(context) = pipeline::context(&project.db, project.service) else { return Ok(()) };
    let images = wanted(needs, PathBuf::from(project.service.directory(&project.db)));
    let connection = remote::options(global, project).connection;
    let found = slsc_deploy::image::resolve(&images, &context.region, &connection, &mut |said| {
        anstream::eprintln!("{said}");
    });
    let found: BTreeMap<EcoString, EcoString> =
        found.map_err(refused)?.into_iter().map(|(name, uri)| (name.into(), uri.into())).collect();
    project.service.set_images(&mut project.db).to(Arc::new(found));
    Ok(())
}

/// What the compiler asks for, as the backend takes it.
fn wanted(needs: image::Needs, root: PathBuf) -> Images {
    let text = |it: EcoString| it.to_string();
    let texts = |it: Vec<EcoString>| it.into_iter().map(text).collect();
    let build = |it: image::Build| Build {
        name: text(it.name),
        path: text(it.path),
        file: text(it.file),
        build_args: it.build_args.into_iter().map(|(key, value)| (text(key), text(value))).collect(),
        build_options: texts(it.build_options),
        cache_from: texts(it.cache_from),
        platform: it.platform.map(text),
        provenance: it.provenance.map(text),
    };
    Images {
        root,
        repository: text(needs.repository),
        scan_on_push: needs.scan_on_push,
        max_image_count: needs.max_image_count,
        builds: needs.builds.into_iter().map(build).collect(),
        tagged: texts(needs.tagged),
    }
}

/// What docker said last stands below what went wrong.
fn refused(error: Error) -> Failure {
    let what = error.what.trim_end_matches('.');
    let said: String = error.why.lines().map(|it| format!("\n  {it}")).collect();
    let colon = if said.is_empty() { "" } else { ":" };
    Failure::failed(format!("{what}{colon}{said}"), error.help)
}
