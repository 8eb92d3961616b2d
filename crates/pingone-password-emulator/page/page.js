"use strict";

const KEPT = 500;
const STATUSES = {
  OK: ["OK", "good"], NO_PASSWORD: ["no password", ""], PASSWORD_EXPIRED: ["expired", "warn"],
  PASSWORD_LOCKED_OUT: ["locked out", "bad"], MUST_CHANGE_PASSWORD: ["must change", "warn"], EXTERNAL: ["external", ""],
};
const state = { settings: null, users: [], names: new Map(), selected: null, requests: new Map(), events: [], faults: null };
const $ = (id) => document.getElementById(id);

/* Makes an element. Whatever comes from outside goes in as text. */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "for") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}
const badge = (text, kind) => make("span", { className: `badge ${kind}` }, text);

/* Makes text with its `code` marked. */
function marked(text) {
  return text.split("`").map((part, index) => (index % 2 ? make("code", {}, part) : part));
}

/* Makes a text to copy. */
function copyable(text, label) {
  const button = make("button", { type: "button", "aria-label": `Copy: ${label}` }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(button.previousSibling);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  return make("div", { className: "copy" }, make("pre", {}, text), button);
}

async function call(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  const response = await fetch(`/__emulator/${path}`, options);
  const json = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Error(json?.message ?? `status ${response.status}`);
  return { json, headers: response.headers };
}
function act(method, path, body) {
  return call(method, path, body).catch((error) => announce(`Failed: ${error.message}`));
}
function announce(text) { $("announcement").textContent = text; }

/* Runs a function once for many calls. */
function later(milliseconds, run) {
  let timer = null;
  return () => { timer ??= setTimeout(() => { timer = null; run(); }, milliseconds); };
}
const time = (text) => new Date(text).toLocaleTimeString([], { hour12: false });
const quote = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;

/* ---- users ---- */

async function loadUsers() {
  const search = encodeURIComponent($("users-search").value);
  const { json, headers } = await call("GET", `users?limit=100&search=${search}`);
  state.users = json;
  for (const user of json) state.names.set(user.id, user.username);
  const total = Number(headers.get("X-Emulator-Total"));
  $("users-count").textContent = total > json.length ? `first ${json.length} of ${total}` : String(total);
  const known = json.some((user) => user.id === state.selected);
  if (!known && !search) {
    state.selected = (json.find((user) => user.status === "PASSWORD_LOCKED_OUT") ?? json[0])?.id ?? null;
  }
  showUsers();
  showRequests();
}
const refreshUsers = later(60, () => loadUsers().catch(() => {}));

function setStatus(user, status) { return act("PATCH", `users/${user.id}`, { status }); }

function showUsers() {
  const focused = document.activeElement?.dataset?.key;
  $("user-list").replaceChildren(...state.users.map(userRow));
  showUser();
  if (focused) document.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function userRow(user) {
  const [label, kind] = STATUSES[user.status];
  const name = make("button", { type: "button", className: "name", title: user.username }, make("b", {}, user.username),
    make("span", {}, badge(label, kind), user.account_locked ? badge("account locked", "bad") : null));
  name.dataset.key = `name ${user.id}`;
  name.setAttribute("aria-current", String(user.id === state.selected));
  name.addEventListener("click", () => { state.selected = user.id; showUsers(); });
  const action = (text, status) => {
    const button = make("button", { type: "button", disabled: user.status === status, "aria-label": `${text} ${user.username}` }, text);
    button.dataset.key = `${text} ${user.id}`;
    button.addEventListener("click", () => setStatus(user, status));
    return button;
  };
  return make("li", { className: user.id === state.selected ? "selected" : "" }, name,
    action("Lock", "PASSWORD_LOCKED_OUT"), action("Unlock", "OK"), action("Expire", "PASSWORD_EXPIRED"));
}

function showUser() {
  const user = state.users.find((other) => other.id === state.selected);
  $("user").hidden = !user || !state.settings;
  fillOperations();
  if ($("user").hidden) return;
  const status = make("select", { "aria-label": "Password status" },
    ...Object.keys(STATUSES).map((value) => make("option", { value, selected: value === user.status }, value)));
  status.dataset.key = "status";
  status.addEventListener("change", () => setStatus(user, status.value));
  const locked = make("input", { type: "checkbox", checked: user.account_locked });
  locked.dataset.key = "account";
  locked.addEventListener("change", () => act("PATCH", `users/${user.id}`, { account_locked: locked.checked }));
  const remove = make("button", { type: "button" }, "Remove");
  remove.addEventListener("click", () => act("DELETE", `users/${user.id}`));
  const unlocks = user.password_unlocks + user.account_unlocks;
  const facts = [[user.given_name, user.family_name].filter(Boolean).join(" "), user.email, `${unlocks} ${unlocks === 1 ? "unlock" : "unlocks"}`,
    user.seconds_until_unlock === null ? null : `unlocks by itself in ${user.seconds_until_unlock} s`];
  $("user").replaceChildren(
    make("h3", {}, user.username),
    make("code", { className: "id" }, user.id),
    make("span", { className: "quiet" }, facts.filter(Boolean).join(" · ")),
    make("div", { className: "controls" }, status, make("label", {}, locked, " account locked"), remove),
    commands(user),
  );
}

function commands(user) {
  const before = $("user").querySelector("details");
  const open = before ? before.open : matchMedia("(min-width: 861px)").matches;
  return make("details", { open }, make("summary", {}, "curl commands"),
    ...operations().filter(({ path }) => path.includes("{userId}")).flatMap((operation) => [
      make("p", { className: "label" }, operation.summary),
      copyable(curl(operation, user.id), operation.summary),
    ]));
}

/* ---- operations ---- */

function operations() {
  return [...document.querySelectorAll(".operation")].map((node) => ({
    node, ...node.dataset, summary: node.querySelector("h3").textContent,
  }));
}
function fill(path, user) {
  return path.replace("{environmentId}", state.settings.environment_id).replace("{userId}", user ?? "USER_ID");
}
function curl(operation, user) {
  const insecure = location.protocol === "https:" ? " --insecure" : "";
  const lines = [`curl -i${insecure}${operation.method === "GET" ? "" : ` -X ${operation.method}`} ${quote(state.settings.api_url + fill(operation.path, user))}`,
    `-H ${quote(`Authorization: Bearer ${state.settings.access_token}`)}`];
  if (operation.contentType) lines.push(`-H ${quote(`Content-Type: ${operation.contentType}`)}`);
  return lines.join(" \\\n  ");
}
function bytes(operation, user) {
  const url = new URL(state.settings.api_url + fill(operation.path, user));
  const lines = [`${operation.method} ${url.pathname} HTTP/1.1`, `Host: ${url.host}`, `Authorization: Bearer ${state.settings.access_token}`];
  if (operation.contentType) lines.push(`Content-Type: ${operation.contentType}`);
  if (operation.method !== "GET") lines.push("Content-Length: 0");
  return [...lines, "Connection: close", "", ""].join("\n");
}

function fillOperations() {
  if (!state.settings) return;
  for (const operation of operations()) {
    let area = operation.node.querySelector("textarea");
    if (!area) {
      area = make("textarea", { spellcheck: false, "aria-label": `Bytes of ${operation.summary}` });
      const send = make("button", { type: "button", className: "primary" }, "Send");
      const fresh = make("button", { type: "button" }, "Start over");
      const user = make("span", { className: "quiet for-user" });
      const response = make("div", { role: "status" });
      send.addEventListener("click", () => exchange(area, response));
      fresh.addEventListener("click", () => { area.dataset.filled = ""; fillOperations(); });
      operation.node.append(make("div", { className: "try" }, make("p", { className: "label" }, "The bytes of the request"), area,
        make("p", { className: "buttons" }, send, fresh, user), response));
    }
    const text = bytes(operation, state.selected);
    /* What a person has changed stays. */
    if (!area.dataset.filled || area.value === area.dataset.filled) {
      area.value = text;
      area.rows = text.split("\n").length;
      area.dataset.filled = text;
    }
    const name = state.names.get(state.selected);
    operation.node.querySelector(".for-user").textContent = name ? `for ${name}` : "";
  }
}

async function exchange(area, response) {
  const request = area.value.replaceAll("\r\n", "\n").replaceAll("\n", "\r\n");
  const reply = await act("POST", "exchange", { request });
  if (!reply) return;
  const { json } = reply;
  const ends = { closed: "", open: "The connection stayed open for 3 seconds: the request is incomplete, says no Connection: close, or met a fault.", cut: "Cut after 256 KiB." };
  const near = /^x-emulator-near-miss: (.*)$/im.exec(json.response.split("\r\n\r\n")[0]);
  response.replaceChildren(make("p", { className: "label" }, "The bytes of the response"),
    near ? make("p", { className: "why" }, ...marked(near[1])) : "",
    make("pre", { tabIndex: 0 }, json.response || "(none)"), ends[json.end] ? make("p", { className: "quiet" }, ends[json.end]) : "");
}

/* ---- requests ---- */

const showRequests = later(60, () => {
  const search = $("requests-search").value.toLowerCase();
  const only = $("near-misses-only").checked;
  const list = $("request-list");
  const rows = new Map([...list.children].map((row) => [Number(row.dataset.number), row]));
  const shown = [...state.requests.values()].sort((a, b) => b.number - a.number)
    .filter((request) => (!only || request.near_miss) && (!search || haystack(request).includes(search)));
  const wanted = shown.map((request) => {
    const row = rows.get(request.number);
    return row?.dataset.shows === shows(request) ? row : requestRow(request, row);
  });
  const kept = new Set(wanted);
  for (const row of [...list.children]) if (!kept.has(row)) row.remove();
  wanted.forEach((row, index) => { if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null); });
  $("requests-empty").hidden = state.requests.size > 0;
  $("requests-count").textContent = state.requests.size ? String(Math.max(...state.requests.keys())) : "";
  $("requests-more").hidden = state.requests.size < KEPT;
  $("requests-more").textContent = `The latest ${KEPT}. The control API has more.`;
});

function haystack(request) {
  return JSON.stringify([request.method, request.path, request.status, request.operation, request.headers["content-type"], request.near_miss,
    request.correlation_id, userOf(request)]).toLowerCase();
}
function userOf(request) {
  const id = /\/users\/([^/]+)/.exec(request.path)?.[1];
  return state.names.get(id) ?? id;
}

/* What a row shows that may change. */
const shows = (request) => `${request.status} ${userOf(request)}`;

function requestRow(request, before) {
  const { status } = request;
  const kind = status === null ? "" : status < 300 ? "good" : status < 500 ? "warn" : "bad";
  const user = userOf(request);
  const what = make("span", { className: "what" }, ...(user && request.path.endsWith("/password")
    ? [make("b", {}, user), " ", make("span", { className: "quiet" }, "password")] : [request.path]));
  const tags = make("span", { className: "operation-name" }, request.operation ? badge(request.operation, "") : null,
    request.fault ? badge(`fault: ${request.fault}`, "bad") : null);
  const summary = make("summary", {}, make("time", { dateTime: request.at }, time(request.at)),
    make("span", { className: "method" }, request.method), what, tags,
    badge(status === null ? (request.fault ? "no response" : "…") : String(status), kind),
    request.near_miss ? make("p", { className: "why" }, ...marked(request.near_miss)) : null);
  const details = make("details", { open: before?.querySelector("details")?.open ?? false }, summary);
  const fillIn = () => {
    if (!details.open || details.children.length > 1) return;
    const headers = Object.entries(request.headers).flatMap(([name, values]) => values.map((value) => `${name}: ${value}`));
    const line = `${request.method} ${request.path}${request.query === null ? "" : `?${request.query}`}`;
    const facts = [`request ${request.number}`, request.applied ? "applied" : "nothing applied", request.operation ?? "no operation",
      request.fault ? `fault ${request.fault}` : null, `correlation ID ${request.correlation_id}`];
    details.append(make("div", {}, make("pre", { tabIndex: 0 }, [line, ...headers, "", request.body].join("\n").trimEnd()),
      make("p", { className: "quiet" }, facts.filter(Boolean).join(" · "))));
  };
  details.addEventListener("toggle", fillIn);
  fillIn();
  const row = make("li", { className: before ? "" : "new" }, details);
  row.dataset.number = String(request.number);
  row.dataset.shows = shows(request);
  return row;
}

/* ---- events ---- */

async function loadEvents() {
  const { json } = await call("GET", "events?limit=200");
  state.events = json;
  $("events-count").textContent = json.length ? String(json.length) : "";
  $("events-empty").hidden = json.length > 0;
  $("event-table").hidden = json.length === 0;
  $("event-list").replaceChildren(...json.toReversed().map((event) => make("tr", {},
    make("td", {}, time(event.at)), make("td", {}, badge(event.type, "good")),
    make("td", { title: event.user_id }, state.names.get(event.user_id) ?? event.user_id),
    make("td", {}, event.actor),
    make("td", {}, event.transaction_id ?? "–"), make("td", {}, make("code", {}, event.correlation_id)))));
}
const refreshEvents = later(60, () => loadEvents().catch(() => {}));

/* ---- faults ---- */

async function loadFaults() { showFaults((await call("GET", "faults")).json); }
const refreshFaults = later(150, () => loadFaults().catch(() => {}));

function showFaults(faults) {
  const first = state.faults === null;
  state.faults = faults;
  if (first) {
    const names = [["", "request of any operation"], ...operations().map(({ operation, summary }) => [operation, summary]), ["token", "request for an access token"]];
    $("fault-operation").replaceChildren(...names.map(([value, text]) => make("option", { value }, text)));
    showKinds();
  }
  const { queued, random } = faults;
  $("faults-count").textContent = queued.length || random ? (random ? `${queued.length} + random` : String(queued.length)) : "";
  $("random-state").textContent = random ? `On: probability ${random.probability}, seed ${random.seed}, ${random.faults.length} kinds of fault.` : "Off.";
  const rows = queued.slice(0, 100).map((entry) => make("li", {}, badge(entry.fault ?? "none", entry.fault ? "bad" : ""),
    make("span", { className: "quiet" }, `next ${entry.operation ?? "request of any operation"}`)));
  if (queued.length > 100) rows.push(make("li", {}, `and ${queued.length - 100} more`));
  $("fault-list").replaceChildren(...(rows.length ? rows : [make("li", { className: "quiet" }, "Nothing: valid requests succeed.")]));
}
function showKinds() {
  const kinds = $("fault-operation").value === "token" ? state.faults.token_kinds : state.faults.kinds;
  $("fault-kind").replaceChildren(...kinds.map(({ name }) => make("option", { value: name }, name)));
  showEffect();
}
function showEffect() {
  const token = $("fault-operation").value === "token";
  const kind = (token ? state.faults.token_kinds : state.faults.kinds).find(({ name }) => name === $("fault-kind").value);
  const status = kind.status === null ? "No status arrives." : `Status ${kind.status}.`;
  $("fault-effect").textContent = `${status} ${token ? "A token is" : "An unlock is"} ${kind.applied ? "" : "not "}${token ? "issued" : "applied"} on the server.`;
}

/* ---- connect ---- */

function showSettings() {
  const settings = state.settings;
  $("api-url").textContent = settings.api_url;
  const pairs = [["API_URL", settings.api_url], ["AUTH_URL", settings.auth_url], ["ENVIRONMENT_ID", settings.environment_id],
    ["API_ACCESS_TOKEN", settings.access_token], ["CLIENT_ID", settings.client_id], ["CLIENT_SECRET", settings.client_secret]];
  if (settings.worker_environment_id !== settings.environment_id) pairs.push(["WORKER_ENVIRONMENT_ID", settings.worker_environment_id]);
  $("exports").replaceChildren(copyable(pairs.map(([name, value]) => `export PINGONE_${name}=${quote(value)}`).join("\n"), "environment variables"));
  const url = `${settings.auth_url}/${settings.worker_environment_id}/as/token`;
  $("token-curl").replaceChildren(copyable(`curl ${quote(url)} \\\n  -u ${quote(`${settings.client_id}:${settings.client_secret}`)} \\\n  -d grant_type=client_credentials`, "token request"));
  $("token-population").append(...settings.population_ids.map((id) => make("option", { value: id }, id)));
}
async function showClock(reply) {
  const { json } = reply ?? await call("GET", "clock");
  $("clock").textContent = `${new Date(json.now).toLocaleString()}${json.ahead_seconds ? `, ${json.ahead_seconds} s ahead of this computer` : ""}`;
}

/* ---- tabs ---- */

function show(tab, focus) {
  for (const other of document.querySelectorAll("[role=tab]")) {
    const selected = other === tab;
    other.setAttribute("aria-selected", String(selected));
    other.tabIndex = selected ? 0 : -1;
    $(other.getAttribute("aria-controls")).hidden = !selected;
  }
  if (focus) tab.focus();
  if (tab.id === "tab-connect") showClock().catch(() => {});
}

/* ---- live ---- */

function follow() {
  const stream = new EventSource("/__emulator/stream");
  const live = (text, kind) => { $("live").textContent = text; $("live").className = `live ${kind}`; };
  stream.addEventListener("open", () => { live("live", "on"); state.requests.clear(); refreshFaults(); });
  stream.addEventListener("error", () => live("not connected", "off"));
  stream.addEventListener("cleared", () => { state.requests.clear(); showRequests(); refreshFaults(); });
  stream.addEventListener("changed", () => { refreshUsers(); refreshEvents(); });
  stream.addEventListener("request", (event) => {
    const request = JSON.parse(event.data);
    state.requests.set(request.number, request);
    if (state.requests.size > KEPT) state.requests.delete(Math.min(...state.requests.keys()));
    if (request.status !== null) announce(`${request.method}, status ${request.status}${request.near_miss ? `, near miss: ${request.near_miss}` : ""}`);
    showRequests();
    refreshFaults();
  });
}

function listen() {
  const on = (id, type, run) => $(id).addEventListener(type, run);
  on("users-search", "input", refreshUsers);
  on("user-add", "click", async () => {
    const added = await act("POST", "users", { status: "PASSWORD_LOCKED_OUT" });
    if (added) { state.selected = added.json.id; refreshUsers(); }
  });
  on("reset", "click", () => act("POST", "reset"));
  on("requests-search", "input", showRequests);
  on("near-misses-only", "change", showRequests);
  on("requests-clear", "click", () => act("DELETE", "requests"));
  on("fault-operation", "change", showKinds);
  on("fault-kind", "change", showEffect);
  on("fault-form", "submit", async (event) => {
    event.preventDefault();
    const body = { fault: $("fault-kind").value, count: Number($("fault-count").value) };
    if ($("fault-operation").value) body.operation = $("fault-operation").value;
    const queued = await act("POST", "faults", body);
    if (queued) showFaults(queued.json);
  });
  on("random-form", "submit", async (event) => {
    event.preventDefault();
    const body = { probability: Number($("random-probability").value), seed: Number($("random-seed").value) };
    const random = await act("PUT", "faults/random", body);
    if (random) showFaults(random.json);
  });
  on("random-stop", "click", async () => { await act("DELETE", "faults/random"); refreshFaults(); });
  on("faults-clear", "click", async () => { await act("DELETE", "faults"); refreshFaults(); });
  on("token-form", "submit", async (event) => {
    event.preventDefault();
    const body = { role: $("token-role").value, population_id: $("token-population").value || null };
    const issued = await act("POST", "tokens", body);
    if (issued) $("token-issued").replaceChildren(copyable(issued.json.access_token, "access token"));
  });
  for (const button of document.querySelectorAll("[data-advance]")) {
    button.addEventListener("click", async () => {
      const reply = await act("POST", "clock", { advance_seconds: Number(button.dataset.advance) });
      if (reply) showClock(reply);
    });
  }
  const tabs = [...document.querySelectorAll("[role=tab]")];
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener("click", () => show(tab));
    tab.addEventListener("keydown", ({ key }) => {
      const to = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 }[key];
      if (to !== undefined) show(tabs[(to + tabs.length) % tabs.length], true);
    });
  }
  show(tabs[0]);
}

async function start() {
  listen();
  state.settings = (await call("GET", "settings")).json;
  showSettings();
  follow();
}
start().catch((error) => { $("live").textContent = `failed: ${error.message}`; });
