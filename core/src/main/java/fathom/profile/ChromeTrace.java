package fathom.profile;

import fathom.files.AtomicFiles;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes Chrome's trace format: complete events, in microseconds, with the names of threads.
 *
 * @see <a href="https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU">Trace Event Format</a>
 */
final class ChromeTrace {
    private static final int PROCESS = 1;

    /** Does not close the channel: the file is still to be moved into place. */
    private static final JsonMapper JSON =
            JsonMapper.builder(JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build()).build();

    private ChromeTrace() {}

    static void write(Path file, List<Profiler.TraceEvent> events, long origin, long dropped) throws IOException {
        AtomicFiles.write(
                file,
                channel -> {
                    try (JsonGenerator json = JSON.createGenerator(Channels.newOutputStream(channel))) {
                        json.writeStartObject();
                        json.writeStringProperty("displayTimeUnit", "ms");
                        json.writeName("otherData");
                        json.writeStartObject();
                        json.writeNumberProperty("droppedEvents", dropped);
                        json.writeEndObject();
                        json.writeName("traceEvents");
                        json.writeStartArray();
                        name(json, "process_name", 0, "Fathom");
                        var threads = new HashSet<Long>();
                        for (Profiler.TraceEvent e : events) {
                            if (threads.add(e.thread().id())) {
                                name(json, "thread_name", e.thread().id(), e.thread().name());
                            }
                            event(json, e, origin);
                        }
                        json.writeEndArray();
                        json.writeEndObject();
                    } catch (JacksonException e) {
                        throw new IOException(e.getMessage(), e);
                    }
                });
    }

    private static void name(JsonGenerator json, String what, long thread, String name) {
        json.writeStartObject();
        json.writeStringProperty("name", what);
        json.writeStringProperty("ph", "M");
        json.writeNumberProperty("pid", PROCESS);
        json.writeNumberProperty("tid", thread);
        json.writeName("args");
        json.writeStartObject();
        json.writeStringProperty("name", name);
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void event(JsonGenerator json, Profiler.TraceEvent e, long origin) {
        json.writeStartObject();
        json.writeStringProperty("name", e.name());
        json.writeStringProperty("cat", e.kind());
        json.writeStringProperty("ph", "X");
        json.writeNumberProperty("pid", PROCESS);
        json.writeNumberProperty("tid", e.thread().id());
        json.writeNumberProperty("ts", (e.start() - origin) / 1e3);
        json.writeNumberProperty("dur", (e.end() - e.start()) / 1e3);
        String shapes = e.shapes();
        String backend = e.backend();
        if (shapes != null && backend != null) {
            json.writeName("args");
            json.writeStartObject();
            json.writeStringProperty("shapes", shapes);
            json.writeStringProperty("backend", backend);
            json.writeNumberProperty("bytes", e.bytes());
            json.writeEndObject();
        }
        json.writeEndObject();
    }
}
