// Opens every page the site links to in a real browser: look.mjs URL FOLDER CHROMIUM AXE.
// Prints one line for each thing that is wrong and ends with 1 if there was any. A picture of each
// page, in each language and width, is left in the folder.

import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [site, folder, executablePath, axePath] = process.argv.slice(2);
const WIDTHS = [1440, 900, 390, 320];
const LANGUAGES = ['ja', 'en'];
const PAGES_MAX = 40;
const REFUSED = '/no/such/page';
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const axe = readFileSync(axePath, 'utf8');
const browser = await chromium.launch({
  executablePath,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
  ],
});
let wrong = 0;
let looked = 0;

function tell(where, what) {
  wrong += 1;
  console.log(`WRONG ${where}: ${what}`);
}

/// One page of each kind is enough: of a hundred tables, those first linked.
const kind = (path) => path.replace(/\/[^/]*\d+$/, '/N').replace(/\/tables\/[^/]+$/, '/tables/N');

async function open(path, width, options, where) {
  const context = await browser.newContext({
    viewport: { width, height: width < 600 ? 844 : 900 }, ...options,
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    // A refusal page is asked for on purpose; the browser remarks on its status.
    if (path.startsWith(REFUSED) && message.location().url === site + path) return;
    tell(where, `the console says: ${message.text()}`);
  });
  page.on('pageerror', (error) => tell(where, `a script failed: ${error.message}`));
  page.on('requestfailed', (request) => tell(where, `not loaded: ${request.url()}`));
  page.on('response', (answer) => {
    if (!answer.url().startsWith(site)) tell(where, `asked elsewhere: ${answer.url()}`);
    if (answer.status() >= 400 && answer.url() !== site + path) tell(where, `${answer.status()}: ${answer.url()}`);
    if (!answer.headers()['content-security-policy']?.startsWith("default-src 'none'")) {
      tell(where, `no policy on ${answer.url()}`);
    }
  });
  await page.addInitScript(() => {
    globalThis.violations = [];
    addEventListener('securitypolicyviolation', (event) => {
      globalThis.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  await page.goto(site + path, { waitUntil: 'networkidle' });
  return { context, page };
}

async function look(path, language, width) {
  const where = `${path} ${language} ${width}`;
  const joint = path.includes('?') ? '&' : '?';
  const target = `${path}${joint}lang=${language}`;
  const { context, page } = await open(target, width, {}, where);
  await page.evaluate(() => document.fonts.ready);
  for (const one of await page.evaluate(() => globalThis.violations)) tell(where, `policy: ${one}`);
  const facts = await page.evaluate(() => ({
    over: document.documentElement.scrollWidth - innerWidth,
    spill: [...document.querySelectorAll('.card > *, .block > *')]
      .filter((part) => part.getBoundingClientRect().right > part.parentElement.getBoundingClientRect().right).length,
    headings: document.querySelectorAll('h1').length,
    language: document.documentElement.lang,
    keys: (document.body.innerText.match(/\b(desk|records)\.[a-z_]+\.[a-z_]+/g) ?? []).join(' '),
    fonts: [...document.fonts].filter((face) => face.status === 'loaded').length,
    broken: [...document.fonts].filter((face) => face.status === 'error').length,
    hrefs: [...document.querySelectorAll('main a[href], nav a[href]')].map((a) => a.getAttribute('href')),
  }));
  if (facts.over > 0) tell(where, `scrolls sideways by ${facts.over} px`);
  if (facts.spill > 0) tell(where, `${facts.spill} parts spill over their card`);
  if (facts.headings !== 1) tell(where, `${facts.headings} first headings`);
  if (facts.language !== language) tell(where, `is in ${facts.language}`);
  if (facts.keys) tell(where, `shows keys for words: ${facts.keys}`);
  if (facts.fonts === 0 || facts.broken > 0) tell(where, `${facts.fonts} fonts arrived, ${facts.broken} did not`);
  await page.keyboard.press('Tab');
  const first = await page.evaluate(() => document.activeElement?.getAttribute('href'));
  if (first !== '#main') tell(where, `the keyboard begins at ${first}, not at the link to the content`);
  await page.evaluate(() => document.activeElement?.blur());
  const name = path.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '') || 'first';
  await page.screenshot({ path: `${folder}/${name}.${language}.${width}.png`, fullPage: true });
  await context.close();
  // The checker is put into the page, which the page's own policy rightly forbids.
  const checked = await open(target, width, { bypassCSP: true }, where);
  await checked.page.evaluate(axe);
  const found = await checked.page.evaluate(
    async (rules) => (await globalThis.axe.run(document, { runOnly: rules })).violations
      .flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)}`)),
    RULES,
  );
  for (const one of found) tell(where, `access: ${one}`);
  await checked.context.close();
  looked += 1;
  return facts.hrefs;
}

const waiting = ['/', REFUSED];
const seen = new Set(waiting.map(kind));
for (let at = 0; at < waiting.length && at < PAGES_MAX; at += 1) {
  for (const language of LANGUAGES) {
    for (const width of WIDTHS) {
      for (const href of await look(waiting[at], language, width)) {
        const path = href.split(/[?#]/)[0];
        if (path.startsWith('/') && !path.endsWith('.json') && !seen.has(kind(path))) {
          seen.add(kind(path));
          waiting.push(path);
        }
      }
    }
  }
}
await browser.close();
console.log(`${waiting.length} pages, looked at ${looked} times, ${wrong} things wrong; pictures in ${folder}`);
process.exit(wrong > 0 ? 1 : 0);
