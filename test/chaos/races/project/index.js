require("./declare.js").declare(JSON.parse(process.env.RACE));
