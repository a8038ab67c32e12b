// The door: somebody joins by a link, signs in, and looks at every page of accounts.

import { createHmac } from 'node:crypto';
import { inspect, onPaper } from './checks.mjs';

const NAME = 'look';
const PASSWORD = 'fjord vex quilt nymph';
/// Each leads on from the one before.
const INSIDE = ['/me', '/people', `/people/${NAME}`];

/// Presses a button and waits for the page that it leads to.
async function press(page, selector) {
  const answered = page.waitForResponse((answer) => answer.request().isNavigationRequest() && answer.status() !== 303);
  await page.click(selector);
  await answered;
  await page.waitForLoadState();
}

/// The code that an authenticator app shows for a seed in base 32 (RFC 6238).
function code(secret) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const seed = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac('sha1', seed).update(step).digest();
  const number = hash.readUInt32BE(hash[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

async function signIn(page) {
  await page.fill('#name', NAME);
  await page.fill('#password', PASSWORD);
  await press(page, 'main form .button.first');
}

/// Looks at the page that is open as at any other.
async function look(page, path, language, tools) {
  const where = `door ${path} ${language}`;
  Object.assign(page, { where });
  const name = `door.${path.replace(/[^a-z]+/g, '-')}.${language}`;
  await inspect(page, { ...tools, language, where, name, known: false });
  await onPaper(page, { ...tools, where, name });
  await page.setViewportSize({ width: 1440, height: 900 });
}

/// Joins by the link, without a script, as the person who was given it.
async function join(site, invitation, languages, tools) {
  const context = await tools.stranger();
  const page = await tools.tab(context);
  const path = new URL(invitation).pathname;
  for (const language of languages) {
    await tools.open(page, path, language, 200, `door join ${language}`, site);
    await look(page, '/join', language, tools);
  }
  await context.close();
  const plain = await tools.stranger({ javaScriptEnabled: false });
  const joining = await tools.tab(plain);
  await tools.open(joining, path, 'en', 200, 'door joining', site);
  await joining.fill('#password', PASSWORD);
  await joining.fill('#again', PASSWORD);
  await press(joining, 'main form .button.first');
  if (!joining.url().startsWith(`${site}/sign-in`)) tools.tell('door', `joining leads to ${joining.url()}`);
  await plain.close();
}

/// Every page of accounts in one language, signed in through the form.
async function inside(site, language, tools) {
  const { tell, stranger, tab, open } = tools;
  const context = await stranger();
  const page = await tab(context);
  await open(page, '/people', language, 401, `door shut ${language}`, site);
  await look(page, '/sign-in', language, tools);
  await signIn(page);
  if (!page.url().startsWith(`${site}/people`)) tell(`door ${language}`, `signing in leads to ${page.url()}`);
  for (const path of INSIDE) {
    await open(page, path, language, 200, `door ${path} ${language}`, site);
    await look(page, path, language, tools);
  }
  await open(page, '/people', language, 200, 'door invite', site);
  await page.fill('#account', `guest-${language}`);
  await page.fill('#name_ja', '客 一');
  await page.fill('#name_en', 'Hajime Kyaku');
  await press(page, 'main form .button.first');
  await look(page, '/invited', language, tools);
  await open(page, '/me', language, 200, 'door second', site);
  await press(page, 'form[action="/me/second"] .button');
  await look(page, '/me/second', language, tools);
  await page.fill('#code', code(await page.locator('dd.mono').first().innerText()));
  await press(page, 'main form .button.first');
  await look(page, '/recovery', language, tools);
  const recovery = await page.locator('.codes li').first().innerText();
  await open(page, '/me', language, 200, 'door out', site);
  await press(page, '.head form .button');
  if (!page.url().startsWith(`${site}/sign-in`)) tell(`door ${language}`, `signing out leads to ${page.url()}`);
  await signIn(page);
  await look(page, '/code', language, tools);
  await page.fill('#code', recovery);
  await press(page, 'main form .button.first');
  await open(page, '/me', language, 200, 'door again', site);
  await press(page, 'form[action="/me/second/remove"] .button');
  if (await page.locator('form[action="/me/second"]').count() !== 1) tell(`door ${language}`, 'the app is not taken out');
  await context.close();
}

/// Joins, then looks at every page behind the door in each language.
export async function throughTheDoor(site, invitation, languages, tools) {
  await join(site, invitation, languages, tools);
  for (const language of languages) {
    await inside(site, language, tools).catch((error) => tools.tell(`door ${language}`, error.message));
  }
}
