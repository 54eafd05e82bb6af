/**
 * Data sets, loaders and tables.
 *
 * <p>A {@link fathom.data.Dataset} returns examples by index, or whole batches; others are derived from it ({@link
 * fathom.data.Subset}, {@link fathom.data.MapDataset}, {@link fathom.data.ConcatDataset}). A {@link
 * fathom.data.DataLoader} chooses the examples of each batch ({@link fathom.data.Sampler}, {@link
 * fathom.data.BatchSampler}) and fetches them, in the calling thread ({@code DirectBatches}) or in background threads
 * ({@code PrefetchedBatches}). A {@link fathom.data.Table} converts CSV files to tensors.
 */
package fathom.data;
