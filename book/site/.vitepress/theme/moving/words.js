import { computed } from 'vue'
import { useData } from 'vitepress'

/** Words that several pictures use. */
const SHARED = {
  en: { shape: 'shape', step: 'step', number: 'number of the result', show: 'show', dot: '.', comma: ', ', of: 'of', input: 'input', kernel: 'kernel', output: 'output', colon: ': ', open: ' (', close: ')' },
  zh: { shape: '形状', step: '步', number: '结果中的第几个数', show: '显示', dot: '。', comma: '，', of: '/', input: '输入', kernel: '核', output: '输出', colon: '：', open: '（', close: '）' }
}

/** The words of the page's language, as a ref: a picture's own, and the shared ones. */
export function useWords(words) {
  const { lang } = useData()
  return computed(() => {
    const language = lang.value.startsWith('zh') ? 'zh' : 'en'
    return { ...SHARED[language], ...words[language] }
  })
}
