package fathom.book.run;

import java.util.List;
import java.util.Optional;

/**
 * What came of a cell.
 *
 * @param outputs what it showed, in order
 * @param failure why it ended early, if it did
 * @param millis how long it ran
 */
public record CellResult(List<CellOutput> outputs, Optional<Failure> failure, long millis) {}
