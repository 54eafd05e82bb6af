package fathom.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import fathom.optim.SGD;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.framework.Summary;
import org.tensorflow.util.Event;
import org.tensorflow.util.SessionLog;

/** The file of events: its records by the rules of their format, the events in them by TensorFlow's classes. */
class TensorBoardEventsTest {
    static {
        // the classes of events were generated for older versions of protobuf than may be on the class path
        System.setProperty("com.google.protobuf.use_unsafe_pre22_gencode", "true");
    }

    @TempDir Path folder;

    /** An event, and its values by their tags. */
    private record Read(Event event, Map<String, Float> values) {}

    private static List<Read> read(Path file) throws IOException {
        List<Read> events = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            byte[] length = bytes(in, 8);
            assertThat(in.getInt()).isEqualTo(TensorBoardEvents.checksum(length));
            byte[] contents = bytes(in, (int) in.getLong(in.position() - 12));
            assertThat(in.getInt()).isEqualTo(TensorBoardEvents.checksum(contents));
            Event event = Event.parseFrom(contents);
            var values = new TreeMap<String, Float>();
            for (Summary.Value value : event.getSummary().getValueList()) {
                assertThat(value.getValueCase()).isEqualTo(Summary.Value.ValueCase.SIMPLE_VALUE);
                values.put(value.getTag(), value.getSimpleValue());
            }
            events.add(new Read(event, values));
        }
        return events;
    }

    private static byte[] bytes(ByteBuffer in, int count) {
        var bytes = new byte[count];
        in.get(bytes);
        return bytes;
    }

    private List<Path> files() throws IOException {
        try (var all = Files.list(folder)) {
            return all.filter(f -> f.getFileName().toString().contains("tfevents")).sorted().toList();
        }
    }

    private Run fit(int epochs, Consumer<TrainerOptions> more) {
        return new Trainer(
                        Fixture.net(),
                        t -> {
                            t.optimizer(p -> new SGD(p, 0.1)).seed(0).progress(false);
                            t.checkpoints(folder).callbacks(new TensorBoardEvents(folder));
                            more.accept(t);
                        })
                .fit(Fixture.train(), Fixture.test(), Epochs.of(epochs));
    }

    @Test
    void checksumsAreThoseOfTheFormat() {
        // RFC 3720, B.4: the CRC32C of 32 zeros is 8a9136aa; masked: rotated by 15 bits, plus a282ead8
        int crc = 0x8a9136aa;
        assertThat(TensorBoardEvents.checksum(new byte[32])).isEqualTo((crc >>> 15 | crc << 17) + 0xa282ead8);
        assertThat(TensorBoardEvents.framed(new byte[3])).hasSize(8 + 4 + 3 + 4).startsWith(3, 0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void epochsAndBatchesAreWritten() throws Exception {
        double before = System.currentTimeMillis() / 1000.0;
        Run run = fit(3, t -> {});
        assertThat(files()).hasSize(1);
        List<Read> events = read(files().getFirst());
        assertThat(events.getFirst().event().getFileVersion()).isEqualTo("brain.Event:2");
        assertThat(events.get(1).event().getSessionLog().getStatus()).isEqualTo(SessionLog.SessionStatus.START);
        assertThat(events).allSatisfy(e -> assertThat(e.event().getWallTime()).isBetween(before - 1, before + 600));
        List<Read> epochs = events.stream().filter(e -> e.values().containsKey("loss/train")).toList();
        assertThat(epochs).extracting(e -> e.event().getStep()).containsExactly(13L, 26L, 39L);
        for (int i = 0; i < 3; i++) {
            EpochResult result = run.history().get(i);
            Map<String, Float> v = epochs.get(i).values();
            assertThat(v.keySet())
                    .containsExactly("acc/test", "acc/train", "examples_per_second", "loss/test", "loss/train", "lr");
            assertThat(v.get("loss/train")).isEqualTo((float) result.loss());
            assertThat(v.get("acc/test")).isEqualTo((float) (double) result.test().get("acc"));
            assertThat(v.get("lr")).isCloseTo(0.1f, within(1e-7f));
        }
        assertThat(events).anySatisfy(e -> assertThat(e.values()).containsKey("loss/batch"));
    }

    @Test
    void aResumedRunAddsAFileAndOneThatStartsAgainReplacesThem() throws Exception {
        fit(1, t -> {});
        // another second, hence another name
        Files.move(files().getFirst(), folder.resolve("events.out.tfevents.0000000001.7.fathom"));
        fit(2, t -> t.resume(true));
        assertThat(files()).hasSize(2);
        List<Read> more = read(files().getLast());
        assertThat(more.get(1).event().getSessionLog().getStatus()).isEqualTo(SessionLog.SessionStatus.START);
        assertThat(more.get(1).event().getStep()).isEqualTo(13);
        Path other = Files.writeString(folder.resolve("events.out.tfevents.1.host"), "of another program");
        fit(1, t -> t.overwrite(true));
        assertThat(files()).hasSize(2).contains(other);
    }

    @Test
    void aFolderThatCannotBeWrittenDoesNotEndTheTraining() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        Run run =
                new Trainer(
                                Fixture.net(),
                                t ->
                                        t.optimizer(p -> new SGD(p, 0.1))
                                                .progress(false)
                                                .callbacks(new TensorBoardEvents(file.resolve("below"))))
                        .fit(Fixture.train(), Epochs.of(1));
        assertThat(run.history()).hasSize(1);
    }
}
