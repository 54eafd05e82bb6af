import { computed } from 'vue'
import { useData } from 'vitepress'

/** Words that several pictures use. */
const SHARED = {
  en: { shape: 'shape', step: 'step', number: 'number of the result', show: 'show', dot: '.', comma: ', ', of: 'of', input: 'input', kernel: 'kernel', output: 'output', colon: ': ', open: ' (', close: ')' },
  zh: { shape: '形状', step: '步', number: '结果中的第几个数', show: '显示', dot: '。', comma: '，', of: '/', input: '输入', kernel: '核', output: '输出', colon: '：', open: '（', close: '）' }
}

const isChinese = (lang) => lang.startsWith('zh')

/** A function that gives the names of a list, "plain|普通; wide|宽", in the page's language. */
export function useNames() {
  const { lang } = useData()
  return (list) => list.split(';').map((name) => name.split('|').at(isChinese(lang.value) ? -1 : 0).trim())
}

/** The words of the page's language, as a ref: a picture's own, and the shared ones. */
export function useWords(words) {
  const { lang } = useData()
  return computed(() => {
    const language = isChinese(lang.value) ? 'zh' : 'en'
    return { ...SHARED[language], ...words[language] }
  })
}
