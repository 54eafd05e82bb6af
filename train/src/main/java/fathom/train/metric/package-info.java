/**
 * Metrics of classifiers, regressions, language models, segmentation and detection. {@link fathom.train.metric.Metrics}
 * lists those that a trainer reports; all accumulate over batches of any sizes, can be merged, and can be saved and
 * restored.
 */
package fathom.train.metric;
