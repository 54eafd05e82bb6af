package fathom.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import fathom.optim.SGD;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of events, read back by the rules of its format. */
class TensorBoardEventsTest {
    @TempDir Path folder;

    private record Event(double time, long step, String version, Map<String, Float> values, boolean isStart) {}

    /** Reads a message: by field number, its values as numbers or bytes. */
    private static Map<Integer, List<Object>> fields(ByteBuffer in) {
        var fields = new LinkedHashMap<Integer, List<Object>>();
        while (in.hasRemaining()) {
            long tag = varint(in);
            Object value =
                    switch ((int) (tag & 7)) {
                        case 0 -> varint(in);
                        case 1 -> in.getDouble();
                        case 2 -> {
                            var bytes = new byte[(int) varint(in)];
                            in.get(bytes);
                            yield bytes;
                        }
                        case 5 -> in.getFloat();
                        default -> throw new AssertionError("wire type of tag " + tag);
                    };
            fields.computeIfAbsent((int) (tag >>> 3), f -> new ArrayList<>()).add(value);
        }
        return fields;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = in.get();
            value |= (b & 0x7fL) << shift;
            if (b >= 0) {
                return value;
            }
        }
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String text(Object bytes) {
        return new String((byte[]) bytes, StandardCharsets.UTF_8);
    }

    private static List<Event> read(Path file) throws IOException {
        ByteBuffer in = little(Files.readAllBytes(file));
        List<Event> events = new ArrayList<>();
        while (in.hasRemaining()) {
            var length = new byte[8];
            in.get(length);
            assertThat(in.getInt()).isEqualTo(TensorBoardEvents.checksum(length));
            var contents = new byte[(int) little(length).getLong()];
            in.get(contents);
            assertThat(in.getInt()).isEqualTo(TensorBoardEvents.checksum(contents));
            Map<Integer, List<Object>> event = fields(little(contents));
            var values = new TreeMap<String, Float>();
            if (event.containsKey(5)) {
                for (Object value : fields(little((byte[]) event.get(5).getFirst())).get(1)) {
                    Map<Integer, List<Object>> f = fields(little((byte[]) value));
                    values.put(text(f.get(1).getFirst()), (Float) f.get(2).getFirst());
                }
            }
            events.add(
                    new Event(
                            (Double) event.get(1).getFirst(),
                            event.containsKey(2) ? (Long) event.get(2).getFirst() : 0,
                            event.containsKey(3) ? text(event.get(3).getFirst()) : "",
                            values,
                            event.containsKey(7)));
        }
        return events;
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
        List<Event> events = read(files().getFirst());
        assertThat(events.getFirst().version()).isEqualTo("brain.Event:2");
        assertThat(events.get(1).isStart()).isTrue();
        assertThat(events).allSatisfy(e -> assertThat(e.time()).isBetween(before - 1, before + 600));
        List<Event> epochs = events.stream().filter(e -> e.values().containsKey("loss/train")).toList();
        assertThat(epochs).extracting(Event::step).containsExactly(13L, 26L, 39L);
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
        List<Event> more = read(files().getLast());
        assertThat(more.get(1).isStart()).isTrue();
        assertThat(more.get(1).step()).isEqualTo(13);
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
