// Compiles schemas in Ajv's strict mode and validates documents with them; run by tests/contract/test_editors.py.
// It runs in a folder with the packages installed, and reads {"schemas": {name: …}, "cases": [[name, document], …]}.
"use strict";

const Ajv = require("ajv/dist/2020").default;
const formats = require("ajv-formats").default;

const { schemas, cases } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const refused = {};
const compiled = {};
for (const [name, schema] of Object.entries(schemas)) {
  // strict is all of strictSchema, strictNumbers, strictTypes, strictTuples and strictRequired
  const ajv = formats(new Ajv({ strict: true, logger: false }));
  try {
    compiled[name] = ajv.compile(schema);
  } catch (error) {
    refused[name] = error.message;
  }
}
const valid = cases.map(([name, document]) => (name in compiled ? compiled[name](document) : null));
console.log(JSON.stringify({ refused, valid }));
