package fathom.bench.measure;

import fathom.bench.work.Row;
import org.jspecify.annotations.Nullable;

/**
 * What came of a row.
 *
 * @param row which
 * @param pairs the figures of both sides: seconds of a call, or bytes
 * @param share of the ceiling that Fathom reaches; null if the row has none or Fathom was not measured
 * @param error what went wrong with either side; null if nothing did
 */
public record Result(Row row, Pairs pairs, Ceilings.@Nullable Share share, @Nullable String error) {}
