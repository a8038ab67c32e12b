// Opens every page of every role in a real browser: look.mjs URL FOLDER CHROMIUM AXE
// DOOR-URL INVITATION.
//
// Each role signs in and follows its own links; one page of each kind is looked at, in both
// languages. A page is loaded once and then made narrower. Prints one line for each thing that is
// wrong and ends with 1 if there was any; says aloud how slow the slowest answers were. Pictures
// are left in the folder.

import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { inspect, onPaper } from './checks.mjs';
import { throughTheDoor } from './door.mjs';
import { cohort, cohortWithoutScript, keyboard, withoutScript } from './hands.mjs';
import { discover, expected, kind, namedWith } from './paths.mjs';

const [site, folder, executablePath, axePath, doorSite, invitation] = process.argv.slice(2);
const ROLES = ['researcher', 'doctor', 'engineer', 'steward'];
const LANGUAGES = ['ja', 'en'];
const HTML_BYTES_MAX = 200_000;
const ANSWER_MS_MAX = 100;
/// The first reader of a page may wait until all of it is counted, on a busy machine.
const WAIT_MS_MAX = 120_000;
/// So many pages are open at a time: browser and program share a small machine.
const TABS = 2;

const browser = await chromium.launch({
  executablePath,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
  ],
});
let wrong = 0;
let looked = 0;
/// What each kind of page took, in milliseconds, and how many bytes the largest had.
const answers = new Map();
/// Content that was looked at already, word for word, in whichever role.
const seen = new Set();

function tell(where, what) {
  wrong += 1;
  console.log(`WRONG ${where}: ${what}`);
}

function measured({ path, status }, milliseconds, bytes, where) {
  if (bytes > HTML_BYTES_MAX) tell(where, `has ${bytes} bytes, at most ${HTML_BYTES_MAX} may be`);
  const name = kind(path) + (status === 200 ? '' : ` (${status})`);
  const known = answers.get(name) ?? { best: Infinity, worst: 0, bytes: 0 };
  answers.set(name, {
    best: Math.min(known.best, milliseconds),
    worst: Math.max(known.worst, milliseconds),
    bytes: Math.max(known.bytes, bytes),
  });
}

/// A browser's profile in which nobody is signed in.
async function stranger(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(WAIT_MS_MAX);
  return context;
}

/// A browser's profile in which this role is signed in.
async function signedIn(role, options = {}) {
  const context = await stranger(options);
  const answer = await context.request.post(`${site}/session`, {
    form: { as: `demo:${role}` }, headers: { 'sec-fetch-site': 'same-origin' }, maxRedirects: 0,
  });
  if (answer.status() !== 303) tell(role, `signing in was answered with ${answer.status()}`);
  return context;
}

/// A tab that tells whatever goes wrong in it. `page.asked` is the address that is being looked
/// at, `page.status` the answer it must have, `page.where` what a complaint begins with.
async function tab(context) {
  const page = await context.newPage();
  Object.assign(page, { asked: '', status: 200, where: '' });
  page.on('console', (message) => {
    // A refusal is asked for on purpose; the browser remarks on its status.
    if (page.status >= 400 && message.location().url === page.asked) return;
    // So it does of what is cleared when somebody signs out.
    if (message.text().startsWith('Clear-Site-Data header')) return;
    tell(page.where, `the console says: ${message.text()}`);
  });
  page.on('pageerror', (error) => tell(page.where, `a script failed: ${error.message}`));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText;
    if (why !== 'net::ERR_ABORTED') tell(page.where, `not loaded: ${request.url()}: ${why}`);
  });
  page.on('response', (answer) => {
    if (![site, doorSite].some((own) => answer.url().startsWith(own))) tell(page.where, `asked elsewhere: ${answer.url()}`);
    if (answer.status() >= 400 && answer.url() !== page.asked) tell(page.where, `${answer.status()}: ${answer.url()}`);
    if (!answer.headers()['content-security-policy']?.startsWith("default-src 'none'")) {
      tell(page.where, `no policy on ${answer.url()}`);
    }
  });
  await page.addInitScript(() => {
    globalThis.violations = [];
    addEventListener('securitypolicyviolation', (event) => {
      globalThis.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return page;
}

async function open(page, path, language, status, where, from = site) {
  const joint = path.includes('?') ? '&' : '?';
  const asked = `${from}${path}${joint}lang=${language}`;
  Object.assign(page, { asked, status, where });
  const answer = await page.goto(asked);
  if (answer.status() !== status) tell(where, `was answered with ${answer.status()}, not ${status}`);
  const { requestStart, responseEnd } = answer.request().timing();
  measured({ path, status }, responseEnd - requestStart, (await answer.body()).length, where);
}

const axe = readFileSync(axePath, 'utf8');
const tools = { site, folder, axe, tell, tab, stranger, signedIn, open };

/// Looks at one page in one language, at all widths. Where another role was shown the same words,
/// only the frame around them can differ: two widths are enough.
async function look(page, { role, path, status, language }) {
  const where = `${role} ${path} ${language}`;
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page, path, language, status, where);
  const content = language + await page.locator('main').innerHTML();
  const known = seen.has(content);
  seen.add(content);
  const name = namedWith(role, path, language);
  await inspect(page, { ...tools, language, where, name, known });
  if (!known && language === 'ja') await onPaper(page, { ...tools, where, name });
  looked += 1;
}

/// Every patient's page that the doctor's list leads to keeps to the limit of bytes, and the
/// largest of them is the one looked at.
async function largestPatient(context, list) {
  let largest = { path: undefined, bytes: 0 };
  for (const path of list) {
    const began = performance.now();
    const answer = await context.request.get(site + path, { timeout: WAIT_MS_MAX });
    const bytes = (await answer.body()).length;
    measured({ path, status: answer.status() }, performance.now() - began, bytes, `doctor ${path}`);
    if (bytes > largest.bytes) largest = { path, bytes };
  }
  return largest.path;
}

const work = [];
for (const role of ROLES) {
  const context = await signedIn(role);
  const ways = { withKit: role === ROLES[0], largestPatient, timeout: WAIT_MS_MAX };
  const pages = await discover(context, site, role, ways);
  await context.close();
  const reached = new Set(pages.map(({ path }) => kind(path)));
  for (const one of expected(role)) if (!reached.has(one)) tell(role, `no link leads to ${one}`);
  for (const language of LANGUAGES) {
    work.push(...pages.map((one) => ({ ...one, role, language })));
  }
}

async function worker() {
  let context;
  let page;
  let signed;
  for (let one = work.shift(); one; one = work.shift()) {
    if (signed !== one.role) {
      await context?.close();
      context = await signedIn(one.role);
      page = await tab(context);
      signed = one.role;
    }
    await look(page, one).catch((error) => tell(`${one.role} ${one.path}`, error.message));
  }
  await context?.close();
}

const pages = work.length;
await Promise.all(Array.from({ length: TABS }, worker));
for (const language of LANGUAGES) {
  await withoutScript(language, tools);
  await keyboard(language, tools);
  const look = async (page, one) => {
    await inspect(page, { ...tools, ...one, known: false });
    // What the search for barriers left behind is not the page's.
    await page.evaluate(() => document.querySelectorAll('[style=""]').forEach((part) => part.removeAttribute('style')));
  };
  await cohort(language, { ...tools, look });
  await cohortWithoutScript(language, tools);
}
await throughTheDoor(doorSite, invitation, LANGUAGES, tools);
await browser.close();

console.log('slowest  quickest  largest  page (milliseconds, milliseconds, bytes)');
const rows = [...answers].sort(([, one], [, other]) => other.worst - one.worst);
const padded = (number, width) => String(Math.round(number)).padStart(width);
for (const [path, { best, worst, bytes }] of rows) {
  console.log(`${padded(worst, 7)}  ${padded(best, 8)}  ${padded(bytes, 7)}  ${path}`);
}
const late = rows.filter(([, { worst }]) => worst > ANSWER_MS_MAX).length;
console.log(`${rows.length - late} of ${rows.length} kinds of page always answered within ${ANSWER_MS_MAX} ms`);
console.log(`${pages} pages, ${looked} looked at, ${wrong} things wrong; pictures in ${folder}`);
process.exit(wrong > 0 ? 1 : 0);
