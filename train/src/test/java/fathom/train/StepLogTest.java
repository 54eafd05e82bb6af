package fathom.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The progress within epochs: what is written, how much, and what a resumed run keeps of it. */
class StepLogTest {
    private static final String RUN = "the run";

    @TempDir Path folder;

    private NumberTable table() throws IOException {
        return NumberTable.parse(Files.readString(folder.resolve(StepLog.NAME)));
    }

    @Test
    void aRowCoversTheBatchesSinceTheOneBefore() throws Exception {
        StepLog log = StepLog.create(folder, RUN);
        log.batch(0.1, 1, 4, 0.5, 10, 0.2); // the first batch has a row at once
        log.batch(0.2, 2, 3, 0.4, 10, 0.1);
        log.batch(0.3, 3, 1, 0.3, 30, 0.2);
        log.batch(0.4, 4, 7, 0.2, 20, 0.1);
        log.end();
        log.end();
        NumberTable t = table();
        assertThat(String.join(",", t.columns())).isEqualTo(StepLog.COLUMNS);
        assertThat(t.column("seconds")).containsExactly(new double[] {0.2, 0.5, 0.6}, within(1e-4));
        assertThat(t.column("epoch")).containsExactly(new double[] {0.1, 0.3, 0.4}, within(1e-4));
        assertThat(t.column("step")).containsExactly(1, 3, 4);
        assertThat(t.column("loss")).containsExactly(4, 1.5, 7);
        assertThat(t.column("lr")).containsExactly(new double[] {0.5, 0.3, 0.2}, within(1e-6));
        assertThat(t.column("examples_per_second")).containsExactly(new double[] {50, 40 / 0.3, 200}, within(1e-3));
        assertThat(Arrays.stream(t.column("heap")).min().orElseThrow()).isPositive();
        assertThat(Arrays.stream(t.column("memory")).min().orElseThrow()).isNotNegative();
    }

    @Test
    void aLongRunHasFewRows() throws Exception {
        StepLog log = StepLog.create(folder, RUN);
        // a day, in batches of ten seconds
        for (int i = 1; i <= 8640; i++) {
            log.batch(i * 1e-3, i, 1, 0.1, 1, 10);
        }
        log.end();
        int rows = table().rows().size();
        assertThat(rows).isBetween(6000, 8640);
        assertThat(table().column("step")[rows - 1]).isEqualTo(8640);
        assertThat(table().column("seconds")[rows - 1]).isCloseTo(86400, within(1e-6));
    }

    @Test
    void aResumedRunKeepsWhatItDoesNotRepeat() throws Exception {
        StepLog log = StepLog.create(folder, RUN);
        for (int i = 1; i <= 5; i++) {
            log.batch(i, i, i, 0.1, 1, 1);
        }
        Files.writeString(folder.resolve(StepLog.NAME), "6,6,6,half a ro", StandardOpenOption.APPEND);
        StepLog again = StepLog.resume(folder, RUN, 3);
        again.batch(4, 4, 40, 0.1, 1, 1);
        assertThat(table().column("step")).containsExactly(1, 2, 3, 4);
        assertThat(table().column("loss")).containsExactly(1, 2, 3, 40);
        assertThat(table().column("seconds")).containsExactly(1, 2, 3, 4);
    }

    @Test
    void aDamagedOrForeignFileIsReplacedAndAMissingFolderHarmless() throws Exception {
        for (String text : new String[] {"", "a,b\n1,2\n", "\0\1\2", StepLog.COLUMNS}) {
            Files.writeString(folder.resolve(StepLog.NAME), text);
            StepLog log = StepLog.resume(folder, RUN, 100);
            log.batch(1, 1, 2, 0.1, 1, 1);
            assertThat(table().rows()).as(text).hasSize(1);
        }
        Files.write(folder.resolve(StepLog.NAME), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        StepLog.resume(folder, RUN, 100).batch(1, 1, 2, 0.1, 1, 1);
        assertThat(table().rows()).hasSize(1);
        StepLog lost = StepLog.create(folder.resolve("gone"), RUN);
        lost.batch(1, 1, 2, 0.1, 1, 1);
        assertThat(folder.resolve("gone")).doesNotExist();
    }

    @Test
    void aTableThatIsBeingWrittenIsReadUpToItsLastWholeLine() {
        String whole = "epoch,loss\n1,0.5\n2,\n3,NaN\n4,x\n5,0.1,7\n6,0.25\n";
        for (int i = 0; i <= whole.length(); i++) {
            NumberTable t = NumberTable.parse(whole.substring(0, i));
            assertThat(t.rows()).allSatisfy(row -> assertThat(row).hasSize(2));
        }
        NumberTable t = NumberTable.parse(whole.replace("\n", "\r\n"));
        assertThat(t.columns()).containsExactly("epoch", "loss");
        assertThat(t.column("epoch")).containsExactly(1, 2, 3, 4, 6);
        assertThat(t.column("loss")).containsExactly(0.5, Double.NaN, Double.NaN, Double.NaN, 0.25);
        assertThat(NumberTable.parse(whole.substring(0, whole.length() - 1)).rows()).hasSize(4);
    }
}
