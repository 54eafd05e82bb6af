import { existsSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitepress'

const contents = existsSync('src/contents.json') ? JSON.parse(readFileSync('src/contents.json', 'utf8')) : { chapters: [] }

/** Chapters with the sections that are written; the contents page lists the others. */
function sidebar(language) {
  const prefix = language === 'en' ? '/' : '/zh/'
  return contents.chapters
    .map((chapter) => ({
      text: `${chapter.number}. ${chapter[language]}`,
      collapsed: false,
      items: chapter.sections
        .filter((section) => section.written)
        .map((section) => ({ text: `${section.number} ${section[language]}`, link: prefix + section.path }))
    }))
    .filter((chapter) => chapter.items.length > 0)
}

/**
 * Words for the search. Chinese is written without spaces: its characters are indexed one by one and in pairs, so that any
 * part of a sentence is found, and a word ranks before its scattered characters. This function also runs in the browser, as
 * text of its own: it may use nothing from outside.
 */
function tokenize(text) {
  const words = []
  for (const run of text.toLowerCase().match(/[\u3400-\u9fff\uf900-\ufaff]+|(?:(?![\u3400-\u9fff\uf900-\ufaff])[\p{L}\p{N}_])+/gu) ?? []) {
    if (!/^[\u3400-\u9fff\uf900-\ufaff]/.test(run)) {
      words.push(run)
      continue
    }
    for (let i = 0; i < run.length; i++) {
      words.push(run[i])
      if (i + 1 < run.length) words.push(run.slice(i, i + 2))
    }
  }
  return words
}

const chineseSearch = {
  translations: {
    button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
    modal: {
      displayDetails: '显示详情',
      resetButtonTitle: '清除',
      backButtonTitle: '关闭',
      noResultsText: '没有找到',
      footer: { selectText: '打开', navigateText: '选择', closeText: '关闭' }
    }
  }
}

/**
 * Hands formulas to Vue as text: as elements of their own their paths are in the script that a page loads too (of 2.4, 237 kB
 * instead of 89), and the site takes a sixth longer to build.
 */
function opaqueFormulas(md) {
  for (const rule of ['math_inline', 'math_block']) {
    const draw = md.renderer.rules[rule]
    if (!draw) throw new Error(`markdown-it has no rule ${rule}: formulas are drawn by other rules now`)
    const tag = rule === 'math_inline' ? 'span' : 'div'
    md.renderer.rules[rule] = (...given) =>
      `<${tag} v-html="${JSON.stringify(draw(...given)).replace(/&/g, '&amp;').replace(/"/g, '&quot;')}"></${tag}>`
  }
}

export default defineConfig({
  srcDir: 'src',
  cleanUrls: false,
  lastUpdated: false,
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    math: true,
    config: opaqueFormulas,
    theme: { light: 'github-light-high-contrast', dark: 'github-dark' }
  },
  vite: { build: { chunkSizeWarningLimit: 2000 } },
  locales: {
    root: {
      label: 'English',
      lang: 'en',
      title: 'Deep Learning in Java',
      description: 'The course Dive into Deep Learning, section by section, in Java with Fathom.',
      themeConfig: { sidebar: sidebar('en'), nav: [{ text: 'Contents', link: '/' }] }
    },
    zh: {
      label: '中文',
      lang: 'zh-CN',
      title: '用 Java 学深度学习',
      description: '《动手学深度学习》各节，用 Java 与 Fathom 实现。',
      themeConfig: {
        sidebar: sidebar('zh'),
        nav: [{ text: '目录', link: '/zh/' }],
        outline: { label: '本节内容', level: [2, 3] },
        docFooter: { prev: '上一节', next: '下一节' },
        darkModeSwitchLabel: '外观',
        lightModeSwitchTitle: '切换到浅色',
        darkModeSwitchTitle: '切换到深色',
        sidebarMenuLabel: '目录',
        returnToTopLabel: '回到顶部',
        langMenuLabel: '语言',
        skipToContentLabel: '跳到正文'
      }
    }
  },
  themeConfig: {
    outline: { level: [2, 3] },
    search: {
      provider: 'local',
      options: {
        locales: { zh: chineseSearch },
        miniSearch: {
          options: { tokenize },
          searchOptions: {
            combineWith: 'AND',
            prefix: true,
            fuzzy: (term) => (/^[\x00-\x7f]{4,}$/.test(term) ? 0.2 : false),
            boost: { title: 4, text: 2, titles: 1 }
          }
        }
      }
    }
  }
})
