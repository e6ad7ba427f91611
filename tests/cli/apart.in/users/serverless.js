throw new Error("there is no such table");
