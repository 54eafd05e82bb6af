import DefaultTheme from 'vitepress/theme-without-fonts'
import AxisSum from './components/AxisSum.vue'
import BookCell from './components/BookCell.vue'
import Broadcast from './components/Broadcast.vue'
import { runToken } from './token.js'
import './style.css'

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('AxisSum', AxisSum)
    app.component('BookCell', BookCell)
    app.component('Broadcast', Broadcast)
    if (!import.meta.env.SSR) runToken()
  }
}
