//! What stays out of trees as package managers make them.

use std::fs;

use super::*;

/// A folder with installed packages.
struct Folder(tempfile::TempDir);

impl Folder {
    /// Each line is a path, and what its `package.json` says.
    fn new(packages: &[(&str, serde_json::Value)]) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        for (path, manifest) in packages {
            let directory = folder.0.path().join(path);
            fs::create_dir_all(&directory).unwrap();
            fs::write(directory.join("package.json"), manifest.to_string()).unwrap();
        }
        folder
    }

    #[cfg(unix)]
    fn link(self, links: &[(&str, &str)]) -> Folder {
        for (from, to) in links {
            let from = self.0.path().join(from);
            fs::create_dir_all(from.parent().unwrap()).unwrap();
            std::os::unix::fs::symlink(to, from).unwrap();
        }
        self
    }

    fn excluded(&self, service: &str) -> String {
        of_development(&self.0.path().join(service)).join(" ")
    }
}

macro_rules! needs {
    ($($key:ident: $($name:literal)*);*) => {
        serde_json::json!({ $(stringify!($key): { $($name: "*"),* }),* })
    };
}

#[test]
fn what_only_development_leads_to_stays_out() {
    let folder = Folder::new(&[
        ("", needs!(dependencies: "run" "both"; devDependencies: "dev" "both" "shared" "@scope/types")),
        ("node_modules/run", needs!(dependencies: "shared" "nested")),
        ("node_modules/run/node_modules/nested", needs!()),
        ("node_modules/nested", needs!()),
        ("node_modules/both", needs!()),
        ("node_modules/shared", needs!()),
        ("node_modules/dev", needs!(dependencies: "deep" "nested" "shared" "missing")),
        ("node_modules/dev/node_modules/deep", needs!()),
        ("node_modules/@scope/types", needs!()),
    ]);
    assert_eq!(
        folder.excluded(""),
        "node_modules/@scope/types/** node_modules/dev/** node_modules/dev/node_modules/deep/** node_modules/nested/**"
    );
}

#[test]
fn a_peer_is_needed_unless_it_may_be_missing() {
    let folder = Folder::new(&[
        ("", needs!(dependencies: "run"; devDependencies: "peer" "dev")),
        (
            "node_modules/run",
            serde_json::json!({
                "peerDependencies": { "peer": "*", "maybe": "*" },
                "peerDependenciesMeta": { "maybe": { "optional": true } },
                "optionalDependencies": { "optional": "*", "absent": "*" },
            }),
        ),
        ("node_modules/peer", needs!()),
        ("node_modules/optional", needs!()),
        ("node_modules/maybe", needs!()),
        ("node_modules/dev", needs!(peerDependencies: "only")),
        ("node_modules/only", needs!()),
    ]);
    assert_eq!(folder.excluded(""), "node_modules/dev/** node_modules/only/**");
}

#[test]
fn what_nothing_leads_to_stays_with_all_that_it_needs() {
    let folder = Folder::new(&[
        ("", needs!(devDependencies: "dev" "other")),
        ("node_modules/unknown", needs!(dependencies: "dev")),
        ("node_modules/dev", needs!()),
        ("node_modules/other", needs!()),
    ]);
    assert_eq!(folder.excluded(""), "node_modules/other/**");
}

#[test]
fn commands_stay_out_with_their_package() {
    let bin = |it: serde_json::Value| serde_json::json!({ "bin": it });
    let folder = Folder::new(&[
        ("", needs!(devDependencies: "one" "many" "broken")),
        ("node_modules/one", bin("x.js".into())),
        ("node_modules/many", bin(serde_json::json!({ "a": "a.js", "b": "b.js" }))),
        ("node_modules/broken", needs!()),
    ]);
    fs::write(folder.0.path().join("node_modules/broken/package.json"), "{").unwrap();
    assert_eq!(
        folder.excluded(""),
        "node_modules/many/** node_modules/.bin/a node_modules/.bin/b node_modules/one/** node_modules/.bin/one"
    );
}

#[test]
fn a_package_that_any_part_of_the_service_needs_stays() {
    let folder = Folder::new(&[
        ("", needs!(devDependencies: "dev")),
        ("node_modules/dev", needs!()),
        ("functions/a", needs!(dependencies: "own"; devDependencies: "test")),
        ("functions/a/node_modules/own", needs!()),
        ("functions/a/node_modules/test", needs!()),
        ("functions/b", needs!(dependencies: "dev")),
    ]);
    assert_eq!(folder.excluded(""), "functions/a/node_modules/test/** node_modules/dev/**");
    assert_eq!(Folder::new(&[("lib", needs!())]).excluded("lib"), "");
    assert_eq!(Folder::new(&[]).excluded(""), "");
}

#[cfg(unix)]
#[test]
fn a_workspace_finds_what_its_project_installed() {
    let folder = Folder::new(&[
        ("", serde_json::json!({ "workspaces": ["packages/*"], "devDependencies": { "tool": "*" } })),
        ("node_modules/tool", needs!()),
        ("node_modules/hoisted", needs!(dependencies: "base")),
        ("packages/api", needs!(dependencies: "hoisted" "lib"; devDependencies: "test" "base")),
        ("packages/api/node_modules/test", needs!()),
        ("packages/api/node_modules/base", needs!()),
        ("packages/lib", needs!(dependencies: "base"; devDependencies: "lint")),
        ("packages/lib/node_modules/lint", needs!()),
    ])
    .link(&[("node_modules/api", "../packages/api"), ("node_modules/lib", "../packages/lib")]);
    assert_eq!(folder.excluded("packages/api"), "node_modules/base/** node_modules/test/**");
    assert_eq!(
        folder.excluded(""),
        "node_modules/tool/** packages/api/node_modules/base/** packages/api/node_modules/test/** packages/lib/node_modules/lint/**"
    );
}

#[cfg(unix)]
#[test]
fn a_package_of_a_store_stays_out_if_only_development_leads_to_it() {
    let folder = Folder::new(&[
        ("", needs!(dependencies: "run"; devDependencies: "dev")),
        ("node_modules/.pnpm/run@1/node_modules/run", needs!(devDependencies: "dev")),
        ("node_modules/.pnpm/dev@1/node_modules/dev", needs!(dependencies: "deep")),
        ("node_modules/.pnpm/deep@1/node_modules/deep", needs!()),
        ("node_modules/.pnpm/unsaid@1/node_modules/unsaid", needs!()),
    ])
    .link(&[
        ("node_modules/run", ".pnpm/run@1/node_modules/run"),
        ("node_modules/dev", ".pnpm/dev@1/node_modules/dev"),
        ("node_modules/.pnpm/dev@1/node_modules/deep", "../../deep@1/node_modules/deep"),
        ("node_modules/.pnpm/dev@1/node_modules/unsaid", "../../unsaid@1/node_modules/unsaid"),
        ("node_modules/.pnpm/run@1/node_modules/unsaid", "../../unsaid@1/node_modules/unsaid"),
        ("node_modules/.pnpm/node_modules/deep", "../deep@1/node_modules/deep"),
        ("node_modules/.pnpm/node_modules/unsaid", "../unsaid@1/node_modules/unsaid"),
    ]);
    let expected = [
        "node_modules/.pnpm/deep@1/node_modules/deep/**",
        "node_modules/.pnpm/dev@1/node_modules/deep/**",
        "node_modules/.pnpm/dev@1/node_modules/dev/**",
        "node_modules/.pnpm/dev@1/node_modules/unsaid/**",
        "node_modules/.pnpm/node_modules/deep/**",
        "node_modules/dev/**",
    ];
    assert_eq!(folder.excluded(""), expected.join(" "));
}
