throw new Error("each test brings its own program");
