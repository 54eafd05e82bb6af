package fathom.train.search;

import fathom.data.Subset;
import fathom.data.TrainTestData;

/**
 * One split of cross-validation.
 *
 * @param index from 0
 * @param train the examples of all other folds
 * @param test the examples of this fold
 */
public record DataFold(int index, Subset train, Subset test) implements TrainTestData {}
