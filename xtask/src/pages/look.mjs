// Opens every page the site links to in a real browser, and the kit, which no page links to:
// look.mjs URL FOLDER CHROMIUM AXE.
// Prints one line for each thing that is wrong and ends with 1 if there was any; says aloud which
// answers were slow. A picture of each page, in each language and width, is left in the folder.

import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [site, folder, executablePath, axePath] = process.argv.slice(2);
const WIDTHS = [1440, 900, 390, 320];
const LANGUAGES = ['ja', 'en'];
const PAGES_MAX = 40;
const REFUSED = '/no/such/page';
const KIT = ['/kit', '/kit/forms', '/kit/charts'];
const HTML_BYTES_MAX = 200_000;
const ANSWER_MS_MAX = 100;
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
/// The quickest answer of each page, in milliseconds.
const answers = new Map();

function tell(where, what) {
  wrong += 1;
  console.log(`WRONG ${where}: ${what}`);
}

/// One page of each kind is enough: of a hundred tables, those first linked.
const kind = (path) => path
  .replace(/\/concepts\/[^/]+\/[^/]+$/, '/concepts/N/N')
  .replace(/\/tables\/[^/]+\/[^/]+$/, '/tables/N/N')
  .replace(/\/[^/]*\d+$/, '/N').replace(/\/tables\/[^/]+$/, '/tables/N');

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
  const answer = await page.goto(site + path, { waitUntil: 'networkidle' });
  const bytes = (await answer.body()).length;
  if (bytes > HTML_BYTES_MAX) tell(where, `has ${bytes} bytes, at most ${HTML_BYTES_MAX} may be`);
  const { requestStart, responseEnd } = answer.request().timing();
  const took = responseEnd - requestStart;
  answers.set(path, Math.min(took, answers.get(path) ?? Infinity));
  return { context, page };
}

/// Words of a picture that lie on one another, of those that are seen.
const touching = () => {
  const found = [];
  for (const svg of document.querySelectorAll('.picture > svg')) {
    const words = [...svg.querySelectorAll('text')]
      .map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0);
    words.forEach((one, at) => words.slice(at + 1).forEach((other) => {
      const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      // Boxes hold the room above and below the letters; letters touch where that is used up.
      if (across > 0.5 && down > one.box.height * 0.35) found.push(`${one.text} / ${other.text}`);
    }));
    const edge = svg.parentElement.parentElement.getBoundingClientRect();
    words.filter(({ box }) => box.right > edge.right || box.left < edge.left)
      .forEach(({ text }) => found.push(`${text} / the edge`));
  }
  return found;
};

async function barriers(page) {
  return page.evaluate(
    async (rules) => (await globalThis.axe.run(document, { runOnly: rules })).violations
      .flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)}`)),
    RULES,
  );
}

// Leaves a picture. A browser that cannot draw one right now is asked again; the picture is for
// people, so that it is missing is told and is no fault of the page.
async function picture(page, name, fullPage) {
  const options = { path: `${folder}/${name}.png`, fullPage };
  await page.screenshot(options)
    .catch(() => page.screenshot(options))
    .catch((error) => console.log(`no picture ${name}: ${error.message.split('\n')[0]}`));
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
    keys: (document.body.innerText.match(/\b(desk|records|catalog)\.[a-z_]+\.[a-z_]+/g) ?? []).join(' '),
    fonts: [...document.fonts].filter((face) => face.status === 'loaded').length,
    broken: [...document.fonts].filter((face) => face.status === 'error').length,
    hrefs: [...document.querySelectorAll('main a[href], nav a[href]')].map((a) => a.getAttribute('href')),
  }));
  for (const pair of await page.evaluate(touching)) tell(where, `words touch: ${pair}`);
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
  await picture(page, `${name}.${language}.${width}`, true);
  await context.close();
  // The checker is put into the page, which the page's own policy rightly forbids.
  const checked = await open(target, width, { bypassCSP: true }, where);
  await checked.page.evaluate(axe);
  for (const one of await barriers(checked.page)) tell(where, `access: ${one}`);
  // The other faces of the pictures: all as tables, then all as code.
  for (const face of ['table', 'code']) {
    const turned = await checked.page.evaluate((value) => {
      const faces = [...document.querySelectorAll(`.figure .as [value=${value}]`)];
      faces.forEach((input) => input.click());
      const shown = [...document.querySelectorAll('.figure .picture')].filter((p) => p.offsetHeight > 0);
      return { faces: faces.length, shown: shown.length };
    }, face);
    if (turned.faces === 0) continue;
    if (turned.shown > 0 && face === 'table') tell(where, `${turned.shown} pictures stay beside their table`);
    const over = await checked.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) tell(where, `scrolls sideways by ${over} px as ${face}`);
    for (const one of await barriers(checked.page)) tell(where, `access, as ${face}: ${one}`);
  }
  await checked.context.close();
  looked += 1;
  return facts.hrefs;
}

/// The header's search, the dialog and the way to the rest of the menu, all without a script.
async function withoutScript(language) {
  const where = `without script ${language}`;
  const options = { javaScriptEnabled: false };
  const first = await open(`/?lang=${language}`, 1440, options, where);
  if (await first.page.locator('.search input').count() > 0) {
    await first.page.fill('.search input', 'HbA1c');
    await first.page.keyboard.press('Enter');
    await first.page.waitForLoadState('networkidle');
    const kept = await first.page.inputValue('.search input');
    if (kept !== 'HbA1c') tell(where, `the search field holds ${JSON.stringify(kept)} after a search`);
    await picture(first.page, `search.${language}.1440`, false);
  } else {
    console.log(`${where}: no domain answers a search`);
  }
  await first.context.close();
  const forms = await open(`/kit/forms?lang=${language}`, 390, options, where);
  await forms.page.click('[popovertarget=release-dialog]');
  if (!await forms.page.locator('#release-dialog').isVisible()) tell(where, 'the dialog does not open');
  await forms.page.click('#release-dialog .button.first');
  if (await forms.page.locator('#release-dialog').isVisible()) tell(where, 'the dialog does not close');
  const more = forms.page.locator('.more summary');
  if (await more.count() > 0) {
    await more.click();
    if (!await forms.page.locator('.sheet').isVisible()) tell(where, 'the rest of the menu does not open');
  }
  await forms.context.close();
}

for (const language of LANGUAGES) await withoutScript(language);

const waiting = ['/', REFUSED, ...KIT];
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
const measured = [...answers].sort((one, other) => other[1] - one[1]);
const late = measured.filter(([, took]) => took > ANSWER_MS_MAX);
for (const [path, took] of late) console.log(`slow: ${path} took ${Math.round(took)} ms at best`);
console.log(`${measured.length - late.length} of ${measured.length} answers within ${ANSWER_MS_MAX} ms`);
console.log(`${waiting.length} pages, looked at ${looked} times, ${wrong} things wrong; pictures in ${folder}`);
process.exit(wrong > 0 ? 1 : 0);
