package fathom.train.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensors;
import fathom.data.TensorDataset;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class KFoldTest {
    private static TensorDataset data(long... classes) {
        return new TensorDataset(
                Tensors.arange(classes.length).to(Tensors.FLOAT32).keep(), Tensors.tensor(classes).keep());
    }

    /** Checks that each example is in exactly one test part, and in the training part of all other folds. */
    private static void checkPartition(List<DataFold> folds, int n) {
        var all = new TreeSet<Long>();
        for (DataFold f : folds) {
            var own = new TreeSet<Long>();
            for (long i : f.test().indices()) {
                assertThat(all.add(i)).as("example %s is in two folds", i).isTrue();
                own.add(i);
            }
            for (long i : f.train().indices()) {
                assertThat(own.add(i)).as("example %s of fold %s is in both parts", i, f.index()).isTrue();
            }
            assertThat(own).hasSize(n);
        }
        assertThat(all).hasSize(n);
    }

    @Test
    void consecutiveFoldsAsScikitLearns() {
        var folds = KFold.of(3).split(data(new long[10]));
        checkPartition(folds, 10);
        assertThat(folds.get(0).test().indices()).containsExactly(0, 1, 2, 3);
        assertThat(folds.get(1).test().indices()).containsExactly(4, 5, 6);
        assertThat(folds.get(2).test().indices()).containsExactly(7, 8, 9);
        assertThat(folds.get(1).train().indices()).containsExactly(0, 1, 2, 3, 7, 8, 9);
        assertThat(folds.get(2).test().batch(new long[] {0}).x().item()).isEqualTo(7);
    }

    @Test
    void shuffledFoldsFollowTheSeed() {
        var data = data(new long[20]);
        var first = KFold.of(4).shuffle(1).split(data);
        checkPartition(first, 20);
        assertThat(first.getFirst().test().indices())
                .isEqualTo(KFold.of(4).shuffle(1).split(data).getFirst().test().indices())
                .isNotEqualTo(KFold.of(4).shuffle(2).split(data).getFirst().test().indices())
                .isNotEqualTo(new long[] {0, 1, 2, 3, 4});
    }

    @Test
    void stratifiedFoldsHaveTheirShareOfEachClass() {
        long[] classes = new long[50];
        Arrays.setAll(classes, i -> i < 33 ? 0 : i < 45 ? 1 : 2);
        for (var folds :
                List.of(
                        KFold.of(5).shuffle(3).stratify().split(data(classes)),
                        KFold.of(5).stratify(classes).split(data(new long[50])))) {
            checkPartition(folds, 50);
            for (DataFold f : folds) {
                assertThat(f.test().size()).isEqualTo(10);
                var counts = new int[3];
                for (long i : f.test().indices()) {
                    counts[(int) classes[(int) i]]++;
                }
                assertThat(counts[0]).isBetween(6, 7);
                assertThat(counts[1]).isBetween(2, 3);
                assertThat(counts[2]).isEqualTo(1);
            }
        }
    }

    @Test
    void groupsStayTogether() {
        long[] groups = {5, 5, 5, 5, 1, 1, 2, 2, 3, 4, 4, 9};
        var folds = KFold.of(3).groups(groups).split(data(new long[12]));
        checkPartition(folds, 12);
        for (DataFold f : folds) {
            assertThat(f.test().size()).isEqualTo(4);
            var own = new TreeSet<Long>();
            for (long i : f.test().indices()) {
                own.add(groups[(int) i]);
            }
            for (long i : f.train().indices()) {
                assertThat(own).doesNotContain(groups[(int) i]);
            }
        }
    }

    @Test
    void whatCannotBeSplitIsRefused() {
        assertThatThrownBy(() -> KFold.of(1)).hasMessage("KFold: expected at least 2 folds, got 1");
        assertThatThrownBy(() -> KFold.of(5).split(data(1, 2, 3)))
                .hasMessage("KFold: 5 folds need as many examples, there are 3");
        assertThatThrownBy(() -> KFold.of(3).groups(new long[] {1, 1, 2, 2}).split(data(new long[4])))
                .hasMessage("KFold: 3 folds need as many groups, there are 2");
        assertThatThrownBy(() -> KFold.of(2).stratify(new long[] {1}).split(data(new long[4])))
                .hasMessage("KFold: 1 classes for 4 examples");
        var real = new TensorDataset(Tensors.zeros(4), Tensors.zeros(4));
        assertThatThrownBy(() -> KFold.of(2).stratify().split(real)).hasMessageContaining("got FLOAT32 of shape [4]");
    }
}
