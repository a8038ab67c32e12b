// What people do with their hands: the keyboard alone, and a browser that runs no script.

/// So many presses of Tab lead from one end of a page to the other, at the most.
const STOPS_MAX = 120;

/// Does what leads to another page and waits until that is there.
async function going(page, act) {
  await Promise.all([page.waitForEvent('framenavigated'), act()]);
  await page.waitForLoadState();
}

/// Where the keyboard is: the part of the page, whether the place is seen and marked.
const standing = () => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  // A radio button without a face of its own is marked on the words beside it.
  const face = element.matches('.as input, .segments input') ? element.nextElementSibling : element;
  const style = getComputedStyle(face);
  const box = face.getBoundingClientRect();
  const at = [box.left + box.width / 2, box.top + Math.min(box.height / 2, innerHeight / 2)];
  const top = document.elementFromPoint(...at);
  const whole = element.closest('label') ?? face;
  const region = ['.skip', '.head', '.side', 'main'].find((one) => element.closest(one)) ?? 'elsewhere';
  return {
    region,
    name: (element.getAttribute('aria-label') ?? element.textContent.trim()).slice(0, 40) || element.id || element.name,
    inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    covered: Boolean(top) && !whole.contains(top) && !top.contains(whole),
    ringed: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
  };
};

/// Presses Tab through the whole page; what the keyboard stands on is seen, marked, and in the
/// order of the page: the way past the head, the head, the menu, the content.
async function throughPage(page, where, tell) {
  const order = ['.skip', '.head', '.side', 'main'];
  const regions = [];
  for (let stop = 0; stop < STOPS_MAX; stop += 1) {
    await page.keyboard.press('Tab');
    const here = await page.evaluate(standing);
    // Past the end the browser begins anew.
    if (!here || (here.region === '.skip' && regions.length > 1)) break;
    if (!here.inside) tell(where, `the keyboard is out of sight on ${here.name}`);
    if (here.covered) tell(where, `something lies over ${here.name}, where the keyboard is`);
    if (!here.ringed) tell(where, `nothing marks ${here.name}, where the keyboard is`);
    if (regions.at(-1) !== here.region) regions.push(here.region);
  }
  const places = regions.map((region) => order.indexOf(region));
  if (places.some((place, at) => place < (places[at - 1] ?? 0))) tell(where, `the keyboard goes ${regions.join(' → ')}`);
  for (const region of ['.skip', '.head', '.side']) {
    if (!regions.includes(region)) tell(where, `the keyboard never reaches ${region}`);
  }
}

async function pastTheHead(page, where, tell) {
  await page.keyboard.press('Tab');
  const skip = await page.evaluate(() => {
    const { top, height } = document.activeElement.getBoundingClientRect();
    return { href: document.activeElement.getAttribute('href'), seen: top >= 0 && height > 0 };
  });
  if (skip.href !== '#main') tell(where, `the keyboard begins at ${skip.href}, not at the link to the content`);
  if (!skip.seen) tell(where, 'the link to the content is not seen when the keyboard is on it');
  await page.keyboard.press('Enter');
  const id = await page.evaluate(() => document.activeElement?.id);
  if (id !== 'main') tell(where, `the link to the content leads to ${id}`);
}

/// The choice of roles opens, closes with Esc, and gives the keyboard back; a role is chosen.
async function roles(page, where, tell) {
  const choice = page.locator('#choice');
  await page.locator('.roles > button').focus();
  await page.keyboard.press('Enter');
  if (!await choice.isVisible()) tell(where, 'the choice of roles does not open');
  await page.keyboard.press('Tab');
  const inside = await page.evaluate(() => Boolean(document.activeElement?.closest('#choice')));
  if (!inside) tell(where, 'the keyboard does not go into the choice of roles');
  await page.keyboard.press('Escape');
  if (await choice.isVisible()) tell(where, 'Esc does not close the choice of roles');
  const back = await page.evaluate(() => document.activeElement?.closest('.roles > button') !== null);
  if (!back) tell(where, 'the keyboard is lost when the choice of roles closes');
  await page.keyboard.press('Enter');
  await page.locator('#choice [value="demo:engineer"]').focus();
  await Promise.all([page.waitForURL('**/records/loads'), page.keyboard.press('Enter')]);
}

/// A picture is turned into its table by the arrow keys.
async function turned(page, where, tell) {
  const chosen = page.locator('.figure .as :checked').first();
  if (await chosen.count() === 0) return tell(where, 'there is no picture to turn into a table');
  await chosen.focus();
  await page.keyboard.press('ArrowRight');
  if (!await page.locator('.figure .rows').first().isVisible()) tell(where, 'the arrow keys do not turn a picture into its table');
}

/// The doctor's day without a mouse, wide and on a small screen.
export async function keyboard(language, { site, tell, tab, signedIn, open }) {
  const context = await signedIn('doctor');
  const page = await tab(context);
  for (const width of [1440, 390]) {
    const where = `keyboard ${language} ${width}`;
    await page.setViewportSize({ width, height: 844 });
    await open(page, '/patients', language, 200, where);
    await pastTheHead(page, where, tell);
    await open(page, '/patients', language, 200, where);
    await throughPage(page, where, tell);
    const first = await page.locator('main table a').first().getAttribute('href');
    await open(page, first, language, 200, where);
    await throughPage(page, where, tell);
    await turned(page, where, tell);
  }
  await search(page, language, { site, tell });
  await roles(page, `keyboard ${language}`, tell);
  await context.close();
}

/// The doctor looks for somebody by number, and for nobody.
async function search(page, language, { site, tell }) {
  const where = `search ${language}`;
  const wanted = async (words) => {
    await page.goto(`${site}/patients`);
    await page.fill('#wanted', words);
    await going(page, () => page.keyboard.press('Enter'));
  };
  await page.goto(`${site}/patients`);
  const number = await page.locator('main table td.number').first().innerText();
  await wanted(number.trim().split(/\s+/)[0]);
  if (!/\/patients\/\d+$/.test(page.url())) tell(where, `the number of a patient leads to ${page.url()}`);
  await wanted('だれでもない');
  if (!await page.locator('#found').isVisible() || !await page.locator('.empty').isVisible()) {
    tell(where, 'a search that finds nobody does not say so');
  }
}

/// The header's search, the dialogs, the language and the way to the rest of the menu, all
/// without a script.
export async function withoutScript(language, { tell, tab, signedIn, open }) {
  const where = `without script ${language}`;
  const context = await signedIn('researcher', { javaScriptEnabled: false });
  const page = await tab(context);
  await open(page, '/', language, 200, where);
  await page.fill('.search input', 'HbA1c');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/catalog?q=HbA1c');
  const kept = await page.inputValue('.search input');
  if (kept !== 'HbA1c') tell(where, `the search field holds ${JSON.stringify(kept)} after a search`);
  const other = language === 'ja' ? 'en' : 'ja';
  await going(page, () => page.click(`.tongues a[lang=${other}]`));
  const spoken = () => page.locator('html').getAttribute('lang');
  if (await spoken() !== other) tell(where, `the choice of language leads to ${await spoken()}`);
  if (!page.url().includes('q=HbA1c')) tell(where, `the choice of language forgets the search: ${page.url()}`);
  await going(page, () => page.click('.brand'));
  if (await spoken() !== other) tell(where, 'the choice of language is forgotten on the next page');
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, '/kit/forms', language, 200, where);
  await page.click('[popovertarget=release-dialog]');
  if (!await page.locator('#release-dialog').isVisible()) tell(where, 'the dialog does not open');
  await page.click('#release-dialog .button.first');
  if (await page.locator('#release-dialog').isVisible()) tell(where, 'the dialog does not close');
  const more = page.locator('.more summary');
  if (await more.count() > 0) {
    await more.click();
    if (!await page.locator('.sheet').isVisible()) tell(where, 'the rest of the menu does not open');
  }
  await page.click('.roles > button');
  await going(page, () => page.click('#choice [value="demo:steward"]'));
  const role = await page.locator('.roles > button').innerText();
  if (new URL(page.url()).pathname !== '/') tell(where, `the steward begins at ${page.url()}`);
  if (!role.includes(language === 'ja' ? '小' : 'M')) tell(where, `the steward is shown as ${role}`);
  await context.close();
}

/// How many people the page says there are.
const people = (page) => page.locator('.block .figure').innerText();

/// Somebody who never was here counts a cohort, narrows it, saves it and compares its versions, with
/// the keyboard alone: each thing is reached by focus and done with Enter.
export async function cohort(language, tools) {
  const { tell, tab, signedIn, open, look } = tools;
  const where = `cohort ${language}`;
  const context = await signedIn('researcher');
  const page = await tab(context);
  const press = async (what, then) => {
    await page.locator(what).first().focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector(then);
  };
  const began = performance.now();
  await open(page, '/cohorts', language, 200, where);
  await page.fill('#q', language === 'ja' ? '高血圧' : 'hypertension');
  await page.waitForSelector('#found .hit');
  await press('#found .hit button', '.block');
  console.log(`a first cohort was counted ${Math.round(performance.now() - began)} ms after opening the page`);
  const all = await people(page);
  if (!/\d/.test(all)) tell(where, `a disease that many have gives ${all}`);
  // The invented hospital's own word: a name in one language finds it in both.
  await page.fill('#find', '収縮期血圧');
  await page.waitForSelector('#hits input');
  await page.selectOption('#compare', 'at_least');
  await page.fill('#value', '120');
  await page.fill('#unit', 'mm[Hg]');
  await press('button[value=add]', '#step-0');
  await press('#person summary', '#age-from');
  await page.fill('#age-from', '40');
  await press('button[value=age]', '#step-1');
  await press('#step-1 summary', '#off-1');
  await page.locator('#off-1').focus();
  await page.keyboard.press('Space');
  await page.waitForSelector('.rule.off');
  await look(page, { where: `${where}: a rule switched off`, name: `cohort.work.${language}`, language });
  await page.locator('#off-1').focus();
  await page.keyboard.press('Space');
  await page.waitForSelector('.rule.off', { state: 'detached' });
  await page.fill('#note', 'first');
  await press('#keep button[value=own]', '#remarks');
  await press('#step-0 summary', '#words-0');
  await press('#step-0 button[value="down:0"]', '#keep button[value=save]');
  await page.waitForFunction(() => document.querySelector('#words-0')?.value.includes('age'));
  await page.fill('#note', 'second');
  await press('#keep button[value=save]', '.hits a[href$="version=2"]');
  await page.fill('#body', '<b>why 120?</b>');
  await press('#remarks form button', '#remarks .hits');
  await look(page, { where: `${where}: saved`, name: `cohort.saved.${language}`, language });
  await page.goto(page.url().replace(/#.*/, '') + `/compare?lang=${language}`);
  await look(page, { where: `${where}: compared`, name: `cohort.compared.${language}`, language });
  if (await page.locator('.changes li').count() === 0) tell(where, 'two versions that differ are said to be the same');
  await context.close();
}

/// The same without a script: every step is a page of its own.
export async function cohortWithoutScript(language, { tell, tab, signedIn, open }) {
  const where = `cohort without script ${language}`;
  const context = await signedIn('researcher', { javaScriptEnabled: false });
  const page = await tab(context);
  await open(page, '/cohorts', language, 200, where);
  await page.fill('#q', 'metformin');
  await going(page, () => page.keyboard.press('Enter'));
  await going(page, () => page.locator('#found .hit button').first().click());
  await page.fill('#find', 'HbA1c');
  await going(page, () => page.click('button[value=search]'));
  await page.fill('#days', '90');
  await going(page, () => page.click('button[value=add]'));
  if (await page.locator('.rules .rule').count() !== 1) tell(where, 'a rule that was added is not there');
  await page.click('#as-text summary');
  const text = await page.inputValue('#text');
  await page.fill('#text', text.replace('entry first drug', 'entry frist drug'));
  await going(page, () => page.click('#as-text button'));
  if (!await page.locator('.alert.bad').isVisible()) tell(where, 'a text that cannot be read is not told');
  if (!(await page.inputValue('#text')).includes('frist')) tell(where, 'what was typed is lost');
  await context.close();
}
