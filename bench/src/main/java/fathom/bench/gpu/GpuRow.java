package fathom.bench.gpu;

import java.util.function.Supplier;

/**
 * What is measured on a GPU. Names and sizes are those of {@code bench/pytorch/gpu.py}.
 *
 * @param name the row's name
 * @param amount what one run moves, computes or trains on, in units
 * @param unit the unit: {@code B}, {@code FLOP} or {@code examples}
 * @param make makes what is run
 */
record GpuRow(String name, double amount, String unit, Supplier<Runnable> make) {}
