// Signs a body from standard input with the libraries that senders use.
// Usage: node sign.mjs standard|stripe SECRET ID SECONDS
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [kind, secret, id, seconds] = process.argv.slice(2);
// The packages are where they were installed, not beside this file.
const require = createRequire(`${process.env.SIGNATURES}/`);
const body = readFileSync(0, "utf8");
if (kind === "standard") {
  const { Webhook } = require("standardwebhooks");
  process.stdout.write(new Webhook(secret).sign(id, new Date(Number(seconds) * 1000), body));
} else {
  const Stripe = require("stripe");
  const header = { payload: body, secret, timestamp: Number(seconds) };
  process.stdout.write(new Stripe("sk_test_x").webhooks.generateTestHeaderString(header));
}
