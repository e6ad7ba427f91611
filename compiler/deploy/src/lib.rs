//! slsc deploy
