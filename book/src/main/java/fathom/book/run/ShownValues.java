package fathom.book.run;

import java.util.List;

/**
 * The numbers of a variable, for a picture that a reader moves.
 *
 * @param shape the lengths of its axes; empty for one number
 * @param data all of its elements, in row-major order
 */
public record ShownValues(List<Long> shape, List<Double> data) {}
