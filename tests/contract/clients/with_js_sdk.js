// Walks through the sandbox with @procore/js-sdk, the vendor's own client; run by tests/contract/test_clients.py.
// It runs in a folder with the package installed: node with_js_sdk.js ADDRESS. What it did is written as JSON.
"use strict";

const sdk = require("@procore/js-sdk");

const WORKFLOWS = "/companies/{company}/projects/{project}/workflows";
const SCOPE = { company: 4211, project: 1042 };
const V2 = { version: "v2.0", params: SCOPE };

// follows Link as its readme leaves to whoever uses it
async function pages(client, endpoint) {
  const found = [];
  let next = endpoint;
  while (next) {
    const { body, response } = await client.get(next);
    found.push(body.data ?? body);
    const link = /<[^>]*?:\/\/[^/]+([^>]*)>; rel="next"/.exec(response.headers.get("Link") ?? "");
    next = link ? link[1] : null;
  }
  return found;
}

async function refused(call) {
  try {
    await call();
  } catch ({ body, response }) {
    if (!body.error && !body.errors) throw new Error("an error without a body");
    return response.status;
  }
  throw new Error("nothing was refused");
}

async function walk(apiHostname) {
  const authorizer = sdk.oauth("");
  const client = sdk.client(authorizer, undefined, { apiHostname, defaultCompanyId: 4211 });
  const credentials = { grant_type: "client_credentials", client_id: "sandbox", client_secret: "sandbox" };
  // it knows no client credentials of its own: its general call asks for the token, with a body of JSON
  const token = (await client.post("/oauth/token", credentials)).body;
  authorizer.setToken(token.access_token);

  const all = { company_id: 4211, filters: { by_status: "All" }, per_page: 5 };
  const projects = await pages(client, { base: "/projects", version: "v1.1", qs: all });
  const byId = { company_id: 4211, filters: { by_status: "All", id: [1042, 1052] } };
  const some = await pages(client, { base: "/projects", version: "v1.1", qs: byId });
  const tools = await pages(client, { ...V2, base: "/companies/{company}/workflows/tools" });
  const templates = await pages(client, { ...V2, base: "/companies/{company}/workflows/templates" });
  const tool = { filters: { tool_type: "subcontractor_invoice" } };
  const presets = await pages(client, { ...V2, base: `${WORKFLOWS}/presets`, qs: tool });
  const preset = { ...V2, base: `${WORKFLOWS}/presets/3003` };
  const before = (await client.get(preset)).body.data;
  const memberships = before.responsible_group_memberships.map((group) => ({
    uuid: group.responsible_group_uuid,
    login_ids: group.assignees.map((one) => one.id).filter((one) => one !== "209"),
  }));
  const written = await client.patch({ ...preset, action: "assignees" }, { responsible_group_memberships: memberships });
  const after = (await client.get(preset)).body.data;
  const members = (one) => one.responsible_group_memberships.flatMap((group) => group.assignees).length;
  const me = await client.get({ base: "/me" });
  return {
    token: token.expires_in,
    me: me.body.name,
    projects: projects.flat().length,
    "pages of projects": projects.length,
    "projects by id": some.flat().length,
    tools: tools.flat().length,
    templates: templates.flat().length,
    presets: presets.flat().length,
    "pages of presets": presets.length,
    removed: members(before) - members(after),
    "individual assignees": written.body.data.individual_assignees[0].logins.length,
    refused: [
      await refused(() => client.get({ ...V2, base: `${WORKFLOWS}/presets/9` })),
      await refused(() => client.get({ ...V2, base: `${WORKFLOWS}/presets` })),
      await refused(() => client.patch({ ...preset, action: "assignees" }, { x: 1 })),
      await refused(() => client.get({ base: "/nothing" })),
      await refused(() => client.delete(preset)),
    ],
  };
}

walk(process.argv[2]).then((done) => console.log(JSON.stringify(done)));
