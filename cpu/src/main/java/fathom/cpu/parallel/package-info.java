/** Loops on several threads, and each thread's working memory. */
package fathom.cpu.parallel;
