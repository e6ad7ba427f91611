//! Archives as they lie on the disk: names, permissions and bytes.

use super::*;
use std::io::Read as _;

use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

struct Service {
    directory: tempfile::TempDir,
}

impl Service {
    fn new(files: &[&str]) -> Service {
        let service = Service { directory: tempfile::tempdir().unwrap() };
        fs::create_dir_all(service.root()).unwrap();
        files.iter().for_each(|it| service.file(it, it));
        service
    }

    fn root(&self) -> PathBuf {
        self.directory.path().join("service")
    }

    fn file(&self, name: &str, content: &str) {
        let path = self.root().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn job<'a>(&self, target: &str, selects: &'a (dyn Fn(&str) -> bool + Sync)) -> Job<'a> {
        let target = self.root().join(".serverless").join(target);
        Job {
            root: self.root(),
            target,
            selects,
            skips: &|_| false,
            outside: Vec::new(),
            ready: None,
            same_as: None,
        }
    }
}

/// The names and permissions of an archive's files, as they stand in it.
fn listing(path: &Path) -> Vec<String> {
    let mut zip = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
    let count = zip.len();
    let show = |at: usize| {
        let entry = zip.by_index(at).unwrap();
        format!("{:o} {}", entry.unix_mode().unwrap(), entry.name().unwrap())
    };
    (0..count).map(show).collect()
}

fn names(path: &Path) -> Vec<String> {
    listing(path).iter().map(|it| it.split_once(' ').unwrap().1.to_owned()).collect()
}

#[test]
fn an_archive_is_the_same_whenever_it_is_made() {
    let service = Service::new(&["src/b.js", "src/a.js", "src-x/c.js", "left.md"]);
    let selects = |it: &str| it.ends_with(".js");
    let make_with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let jobs: Vec<Job<'_>> = (0..4).map(|it| service.job(&format!("{it}.zip"), &selects)).collect();
        pool.install(|| make(&jobs)).unwrap()
    };
    let first = make_with(1);
    let bytes = fs::read(&first[0].path).unwrap();
    for name in ["src/b.js", "src/a.js"] {
        service.file(name, name);
    }
    let second = make_with(4);
    assert!(second.iter().all(|it| fs::read(&it.path).unwrap() == bytes && it.sha256 == first[0].sha256));
    assert_eq!((first[0].entries, first[0].size), (3, bytes.len() as u64));
    assert_eq!(names(&first[0].path), ["src-x/c.js", "src/a.js", "src/b.js"]);
}

#[cfg(unix)]
#[test]
fn only_the_owners_permission_to_run_is_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    let service = Service::new(&["all", "group", "owner", "read"]);
    for (name, mode) in [("all", 0o777), ("group", 0o654), ("owner", 0o700), ("read", 0o400)] {
        fs::set_permissions(service.root().join(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    let made = make(&[service.job("s.zip", &|_| true)]).unwrap().remove(0);
    assert_eq!(listing(&made.path), ["100755 all", "100644 group", "100755 owner", "100644 read"]);
    assert_eq!(fs::metadata(&made.path).unwrap().permissions().mode() & 0o777, 0o644);
}

#[cfg(unix)]
#[test]
fn links_are_followed_but_not_in_circles() {
    let service = Service::new(&["a/x", "b/y"]);
    let root = service.root();
    std::os::unix::fs::symlink("../b", root.join("a/to-b")).unwrap();
    std::os::unix::fs::symlink("../a", root.join("b/to-a")).unwrap();
    std::os::unix::fs::symlink("x", root.join("a/to-x")).unwrap();
    std::os::unix::fs::symlink("nothing", root.join("a/dangling")).unwrap();
    let made = make(&[service.job("s.zip", &|_| true)]).unwrap().remove(0);
    assert_eq!(names(&made.path), ["a/to-b/y", "a/to-x", "a/x", "b/to-a/to-x", "b/to-a/x", "b/y"]);
}

#[test]
fn names_are_kept_whatever_they_are() {
    let long = format!("{}/file", ["step-of-a-long-path"; 40].join("/"));
    let service = Service::new(&["ü/日本.js", "a b/[id].js", &long]);
    let made = make(&[service.job("s.zip", &|_| true)]).unwrap().remove(0);
    assert_eq!(names(&made.path), ["a b/[id].js", &long, "ü/日本.js"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_without_letters_is_an_error_only_if_it_is_selected() {
    use std::os::unix::ffi::OsStrExt as _;
    let service = Service::new(&["a"]);
    fs::write(service.root().join(std::ffi::OsStr::from_bytes(b"b\xff")), "").unwrap();
    let error = make(&[service.job("s.zip", &|_| true)]).unwrap_err();
    assert!(error.what.ends_with("cannot stand in an archive"), "{}", error.what);
    assert_eq!(make(&[service.job("s.zip", &|it| it == "a")]).unwrap()[0].entries, 1);
}

#[test]
fn files_from_outside_are_named_without_the_way_there() {
    let service = Service::new(&["a", "../common/b", "../common/c.md", "../note"]);
    let mut job = service.job("s.zip", &|it| !it.ends_with(".md"));
    job.outside = vec!["../common".into(), "../note".into(), "../absent".into()];
    let made = make(&[job]).unwrap().remove(0);
    assert_eq!(names(&made.path), ["a", "common/b", "note"]);
    service.file("note", "another");
    let mut job = service.job("s.zip", &|_| true);
    job.outside = vec!["../note".into()];
    assert!(make(&[job]).unwrap_err().what.contains("would have the same name"));
}

#[test]
fn products_of_packaging_do_not_go_in() {
    let service = Service::new(&["a", ".serverless/serverless-state.json", ".serverless/own.txt"]);
    for _ in 0..2 {
        let jobs = [service.job("one.zip", &|_| true), service.job("two.zip", &|_| true)];
        let made = make(&jobs).unwrap();
        assert_eq!(names(&made[1].path), [".serverless/own.txt", "a"]);
    }
}

#[test]
fn skipped_directories_are_not_looked_at() {
    let service = Service::new(&["a/x", "b/y"]);
    let mut job = service.job("s.zip", &|_| true);
    job.skips = &|it| it == "a";
    assert_eq!(names(&make(&[job]).unwrap()[0].path), ["b/y"]);
}

#[test]
fn an_empty_archive_is_refused_and_nothing_is_left_behind() {
    let service = Service::new(&["a"]);
    let error = make(&[service.job("s.zip", &|_| false)]).unwrap_err();
    assert!(error.what.starts_with("no file goes into"), "{}", error.what);
    assert!(!service.root().join(".serverless").exists());
    let mut job = service.job("s.zip", &|_| true);
    job.root = service.root().join("absent");
    assert!(make(&[job]).unwrap_err().what.starts_with("there is no directory"));
}

#[test]
fn a_ready_archive_is_taken_as_it_is() {
    let service = Service::new(&["ready.zip"]);
    let mut job = service.job("s.zip", &|_| true);
    job.ready = Some(service.root().join("ready.zip"));
    let made = make(&[job]).unwrap().remove(0);
    assert_eq!((made.size, made.entries), (9, 0));
    assert_eq!(made.sha256, STANDARD.encode(Sha256::digest(b"ready.zip")));
    let mut job = service.job("s.zip", &|_| true);
    job.ready = Some(service.root().join("absent.zip"));
    assert!(make(&[job]).unwrap_err().what.starts_with("there is no archive"));
}

/// What tells one file on the disk from another that took its place.
#[cfg(unix)]
fn inode(path: &Path) -> u64 {
    std::os::unix::fs::MetadataExt::ino(&fs::metadata(path).unwrap())
}

#[cfg(unix)]
#[test]
fn an_archive_is_made_again_only_when_it_would_be_another() {
    let service = Service::new(&["a.js", "b.js"]);
    let make = || make(&[service.job("s.zip", &|it| it.ends_with(".js"))]).unwrap().remove(0);
    let first = make();
    let made = inode(&first.path);
    // Touched, but the same.
    service.file("a.js", "a.js");
    service.file("c.md", "not in it");
    assert_eq!((make(), inode(&first.path)), (first.clone(), made));
    // Of the same size, and as old as before.
    let time = fs::metadata(service.root().join("a.js")).unwrap().modified().unwrap();
    service.file("a.js", "A.js");
    File::options().write(true).open(service.root().join("a.js")).unwrap().set_modified(time).unwrap();
    let second = make();
    assert!(second.sha256 != first.sha256 && inode(&second.path) != made);
    // Somebody else wrote the archive, broke the record, took a file away.
    fs::write(&second.path, "x".repeat(second.size as usize)).unwrap();
    assert_eq!(make(), second);
    fs::write(service.root().join(".serverless").join(record::RECORD), "{").unwrap();
    assert_eq!((make(), hash(&second.path).unwrap().0), (second.clone(), second.sha256));
    fs::remove_file(service.root().join("b.js")).unwrap();
    assert_eq!(names(&make().path), ["a.js"]);
}

#[cfg(unix)]
#[test]
fn times_are_believed_only_of_files_at_rest() {
    let service = Service::new(&["a"]);
    let path = service.root().join("a");
    let found = |path: &Path| Stamp::of(&fs::metadata(path).unwrap());
    let tree = Tree::read(&[&service.job("s.zip", &|_| true)], &HashSet::new()).unwrap();
    assert_eq!(tree.files[0].stamp, found(&path));
    let soon = Inputs::of(tree.files.iter(), record::now());
    let later = Inputs::of(tree.files.iter(), record::now() + 3_000_000_000);
    assert!(soon.stamps.is_none() && later.stamps.is_some() && soon.shape == later.shape);
    std::thread::sleep(std::time::Duration::from_millis(20));
    service.file("a", "b");
    let tree = Tree::read(&[&service.job("s.zip", &|_| true)], &HashSet::new()).unwrap();
    let changed = Inputs::of(tree.files.iter(), record::now() + 3_000_000_000);
    assert!(changed.shape == later.shape && changed.stamps != later.stamps);
}

#[test]
fn archives_of_the_same_files_are_copies() {
    let service = Service::new(&["a", "b"]);
    let jobs = || {
        let copy = Job { same_as: Some(0), ..service.job("two.zip", &|_| true) };
        [service.job("one.zip", &|_| true), copy, service.job("three.zip", &|it| it == "a")]
    };
    for _ in 0..2 {
        let made = make(&jobs()).unwrap();
        assert_eq!((&made[0].sha256, made[1].entries), (&made[1].sha256, 2));
        assert_eq!(fs::read(&made[0].path).unwrap(), fs::read(&made[1].path).unwrap());
        assert_eq!(names(&made[2].path), ["a"]);
        fs::remove_file(&made[1].path).unwrap();
    }
    // The record of the copy is lost, but not the copy.
    make(&jobs()).unwrap();
    let path = service.root().join(".serverless").join(record::RECORD);
    let text = fs::read_to_string(&path).unwrap().replace("two.zip", "four.zip");
    fs::write(&path, text).unwrap();
    make(&jobs()).unwrap();
    let mut left: Vec<_> =
        fs::read_dir(path.parent().unwrap()).unwrap().map(|it| it.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["one.zip", "slsc-archives.json", "three.zip", "two.zip"]);
}

#[test]
fn archives_that_nobody_wants_leave_nothing_behind() {
    let service = Service::new(&["a"]);
    drop(prepare(&[service.job("s.zip", &|_| true)], &AtomicBool::new(false)).unwrap());
    assert!(!service.root().join(".serverless").exists());
    assert!(prepare(&[service.job("s.zip", &|_| true)], &AtomicBool::new(true)).is_err());
}

#[test]
fn large_files_and_many_files_come_back_as_they_were() {
    let service = Service::new(&[]);
    let large: Vec<u8> = (0..9_000_000u32).map(|it| (it / 7 % 251) as u8 ^ (it % 3) as u8).collect();
    fs::write(service.root().join("m-large"), &large).unwrap();
    (0..1500).for_each(|it| service.file(&format!("f/{it:04}"), &"x".repeat(it)));
    let made = make(&[service.job("s.zip", &|_| true)]).unwrap().remove(0);
    let mut zip = zip::ZipArchive::new(File::open(&made.path).unwrap()).unwrap();
    assert_eq!((zip.len(), made.entries), (1501, 1501));
    let mut read = Vec::new();
    zip.by_name("m-large").unwrap().read_to_end(&mut read).unwrap();
    assert!(read == large);
    read.clear();
    zip.by_name("f/1499").unwrap().read_to_end(&mut read).unwrap();
    assert_eq!(read.len(), 1499);
}

#[test]
fn more_entries_than_sixteen_bits_can_count() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("many.zip");
    fs::write(directory.path().join("empty"), "").unwrap();
    let empty = deflate::file(&directory.path().join("empty")).unwrap();
    let mut writer = writer::Writer::new(File::create(&path).unwrap());
    (0..66_000).for_each(|it| writer.add(&format!("{it:05}"), false, &empty).unwrap());
    let written = writer.finish().unwrap();
    assert_eq!(hash(&path).unwrap(), (written.sha256, written.size));
    let zip = zip::ZipArchive::new(File::open(&path).unwrap()).unwrap();
    assert_eq!(zip.len(), 66_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn every_file_comes_back_as_it_was(files in proptest::collection::btree_map("[a-c]{1,2}/[a-c]{1,3}", proptest::collection::vec(any::<u8>(), 0..2000), 1..12)) {
        let service = Service::new(&[]);
        for (name, content) in &files {
            let path = service.root().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let made = make(&[service.job("s.zip", &|_| true)]).unwrap().remove(0);
        let mut zip = zip::ZipArchive::new(File::open(&made.path).unwrap()).unwrap();
        prop_assert_eq!(zip.len(), files.len());
        for (at, (name, content)) in files.iter().enumerate() {
            let mut entry = zip.by_index(at).unwrap();
            let mut read = Vec::new();
            entry.read_to_end(&mut read).unwrap();
            prop_assert_eq!((entry.name().unwrap().into_owned(), &read), (name.clone(), content));
        }
    }
}
