//! `package`: what goes into the archives, for the service, a function or a layer.

use crate::shape::{Text, Typed};

/// `package` of the service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct PackageSettings {
    /// A ready archive that is used as it is.
    pub artifact: Option<Text>,
    /// Whether dependencies that only development needs are left out. `true` by default.
    pub exclude_dev_dependencies: Option<bool>,
    /// Whether each function gets an archive of its own.
    pub individually: Option<bool>,
    /// A folder with archives that have been packaged before.
    pub path: Option<Text>,
    /// Globs of the files that are packaged; a `!` in front leaves files out, and the last match wins.
    pub patterns: Option<Vec<Text>>,
    /// Globs of files that are left out.
    #[removed]
    #[instead("package.patterns")]
    pub exclude: Option<Vec<Text>>,
    /// Globs of files that are packaged.
    #[removed]
    #[instead("package.patterns")]
    pub include: Option<Vec<Text>>,
}

/// `package` of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct FunctionPackage {
    /// A ready archive that is used as it is.
    pub artifact: Option<Text>,
    /// Whether the function gets an archive of its own.
    pub individually: Option<bool>,
    /// Globs of the files that are packaged; a `!` in front leaves files out, and the last match wins.
    pub patterns: Option<Vec<Text>>,
    /// Globs of files that are left out.
    #[removed]
    #[instead("package.patterns")]
    pub exclude: Option<Vec<Text>>,
    /// Globs of files that are packaged.
    #[removed]
    #[instead("package.patterns")]
    pub include: Option<Vec<Text>>,
}

/// `package` of a layer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct LayerPackage {
    /// A ready archive that is used as it is.
    pub artifact: Option<Text>,
    /// Globs of the files that are packaged; a `!` in front leaves files out, and the last match wins.
    pub patterns: Option<Vec<Text>>,
}
