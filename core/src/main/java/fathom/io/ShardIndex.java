package fathom.io;

import fathom.Tensor;
import fathom.files.AtomicFiles;
import fathom.files.Excerpt;
import fathom.files.InputFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;

/**
 * Models in several files ("shards"), with an index that names each tensor's file: {@code model.safetensors.index.json}
 * beside {@code model-00001-of-00002.safetensors}, as Hugging Face's libraries write them.
 *
 * @see <a href="https://huggingface.co/docs/transformers/big_models">Hugging Face: Loading big models</a>
 */
final class ShardIndex {
    private static final String SUFFIX = ".index.json";
    private static final String EXTENSION = ".safetensors";

    private ShardIndex() {}

    /** {@return whether a file is an index, by its name} */
    static boolean isIndex(Path file) {
        return String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).endsWith(SUFFIX);
    }

    /** Reads one file. */
    @FunctionalInterface
    interface Reader {
        /** {@return its tensors} */
        StateDict read(Path file) throws IOException;
    }

    /**
     * {@return the tensors that an index names, in its order}
     *
     * @throws IOException if the index is damaged, names a file outside of its folder, or a tensor is not in its file
     */
    static StateDict read(Path index, Reader reader) throws IOException {
        Map<String, String> files;
        try (JsonParser in = SafetensorsHeader.JSON.createParser(ObjectReadContext.empty(), InputFiles.text(index))) {
            files = weightMap(in);
        } catch (JacksonException e) {
            throw new IOException("%s: not JSON: %s".formatted(index, Excerpt.of(e.getOriginalMessage())), e);
        } catch (Damaged e) {
            throw new IOException("%s: %s".formatted(index, e.getMessage()), e);
        }
        var shards = new LinkedHashMap<String, StateDict>();
        for (String name : files.values()) {
            if (!shards.containsKey(name)) {
                shards.put(name, reader.read(shard(index, name)));
            }
        }
        var state = new StateDict();
        for (var e : files.entrySet()) {
            Tensor t = Objects.requireNonNull(shards.get(e.getValue())).get(e.getKey());
            if (t == null) {
                throw new IOException(
                        "%s: the tensor \"%s\" is not in %s"
                                .formatted(index, Excerpt.of(e.getKey()), Excerpt.of(e.getValue())));
            }
            state.put(e.getKey(), t);
        }
        shards.values().forEach(s -> state.metadata().putAll(s.metadata()));
        return state;
    }

    /** {@return the file of a shard, which must be in the folder of the index or below it} */
    private static Path shard(Path index, String name) throws IOException {
        Path folder = index.toAbsolutePath().normalize().getParent();
        try {
            Path relative = Path.of(name);
            if (folder != null && !name.isEmpty() && !relative.isAbsolute() && !isIndex(relative)) {
                Path file = folder.resolve(relative).normalize();
                if (file.startsWith(folder) && !file.equals(folder)) {
                    return file;
                }
            }
        } catch (InvalidPathException e) {
            // refused below
        }
        throw new IOException(
                "%s: names \"%s\" as the file of a tensor, which is not a file in its folder"
                        .formatted(index, Excerpt.of(name)));
    }

    private static final class Damaged extends Exception {
        private static final long serialVersionUID = 1;

        Damaged(String message) {
            super(message);
        }
    }

    private static Map<String, String> weightMap(JsonParser in) throws Damaged {
        Map<String, String> files = null;
        if (in.nextToken() != JsonToken.START_OBJECT) {
            throw new Damaged("not an index: it is not a JSON object");
        }
        for (String name; (name = in.nextName()) != null; ) {
            in.nextToken();
            if (!name.equals("weight_map")) {
                in.skipChildren();
            } else if (files != null || in.currentToken() != JsonToken.START_OBJECT) {
                throw new Damaged("its weight_map is not one object of file names");
            } else {
                files = files(in);
            }
        }
        if (files == null) {
            throw new Damaged("not an index: it has no weight_map");
        }
        if (in.nextToken() != null) {
            throw new Damaged("it continues after its JSON object");
        }
        return files;
    }

    private static Map<String, String> files(JsonParser in) throws Damaged {
        var files = new LinkedHashMap<String, String>();
        for (String name; (name = in.nextName()) != null; ) {
            if (in.nextToken() != JsonToken.VALUE_STRING) {
                throw new Damaged("its weight_map has no file name for \"%s\"".formatted(Excerpt.of(name)));
            }
            if (files.put(name, in.getString()) != null) {
                throw new Damaged("its weight_map names \"%s\" twice".formatted(Excerpt.of(name)));
            }
        }
        return files;
    }

    /**
     * Writes a state dictionary into files of limited size, filled in order, and their index.
     *
     * @param file the name of a single file
     * @return the file to load: the index, or {@code file} if one is enough
     */
    static Path write(StateDict state, Path file, long maxShardSize) throws IOException {
        String name = String.valueOf(file.getFileName());
        if (!name.toLowerCase(Locale.ROOT).endsWith(EXTENSION)) {
            throw new IllegalArgumentException(
                    "%s: only safetensors files are written in shards; expected the extension .safetensors"
                            .formatted(file));
        }
        if (maxShardSize < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "maxShardSize: must be at least 1 byte, is %d", maxShardSize));
        }
        List<StateDict> shards = split(state, maxShardSize);
        Path index = file.resolveSibling(name + SUFFIX);
        if (shards.size() == 1) {
            state.save(file);
            Files.deleteIfExists(index);
            return file;
        }
        Files.deleteIfExists(index); // else it could name a mixture of old and new shards meanwhile
        String stem = name.substring(0, name.length() - EXTENSION.length());
        var files = new LinkedHashMap<String, String>();
        for (int i = 0; i < shards.size(); i++) {
            StateDict shard = shards.get(i);
            String shardName = String.format(Locale.ROOT, "%s-%05d-of-%05d%s", stem, i + 1, shards.size(), EXTENSION);
            shard.metadata().putAll(state.metadata());
            shard.save(file.resolveSibling(shardName));
            shard.names().forEach(n -> files.put(n, shardName));
        }
        AtomicFiles.write(index, json(state, files));
        Files.deleteIfExists(file);
        return index;
    }

    private static List<StateDict> split(StateDict state, long maxShardSize) {
        var shards = new ArrayList<StateDict>();
        var shard = new StateDict();
        long size = 0;
        for (var e : state.entries().entrySet()) {
            long bytes = Safetensors.bytes(e.getValue());
            if (shard.size() > 0 && size + bytes > maxShardSize) {
                shards.add(shard);
                shard = new StateDict();
                size = 0;
            }
            shard.put(e.getKey(), e.getValue());
            size += bytes;
        }
        shards.add(shard);
        return shards;
    }

    private static byte[] json(StateDict state, Map<String, String> files) {
        var out = new ByteArrayOutputStream();
        try (JsonGenerator json = SafetensorsHeader.JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            json.writeName("metadata");
            json.writeStartObject();
            json.writeName("total_size");
            json.writeNumber(state.entries().values().stream().mapToLong(Safetensors::bytes).sum());
            json.writeEndObject();
            json.writeName("weight_map");
            json.writeStartObject();
            files.forEach((name, file) -> json.writeStringProperty(name, file));
            json.writeEndObject();
            json.writeEndObject();
        }
        return out.toByteArray();
    }
}
