import { defineAsyncComponent } from 'vue'
import DefaultTheme from 'vitepress/theme-without-fonts'
import BookCell from './components/BookCell.vue'
import { runToken } from './token.js'
import './style.css'
import './moving/moving.css'

/** The pictures that a reader moves, by file name; a page loads those that it shows. */
const pictures = import.meta.glob(['./components/*.vue', '!./components/BookCell.vue'])

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('BookCell', BookCell)
    for (const [file, load] of Object.entries(pictures)) {
      app.component(file.slice('./components/'.length, -'.vue'.length), defineAsyncComponent(load))
    }
    if (!import.meta.env.SSR) runToken()
  }
}
