/**
 * Data sets, loaders and tables.
 *
 * <p>A {@link fathom.data.Dataset} gives examples by number, and batches of them in one go; others are made of it
 * ({@link fathom.data.Subset}, {@link fathom.data.MapDataset}, {@link fathom.data.ConcatDataset}). A {@link
 * fathom.data.DataLoader} decides which examples make a batch ({@link fathom.data.Sampler}, {@link
 * fathom.data.BatchSampler}) and fetches them, in the calling thread ({@code DirectBatches}) or in background threads
 * ({@code PrefetchedBatches}). A {@link fathom.data.Table} is the way from a CSV file to tensors.
 */
package fathom.data;
