package fathom.cli;

import fathom.FathomException;
import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.Onnx;
import fathom.interop.onnx.export.ExportOptions;
import fathom.interop.onnx.export.ExportedModel;
import fathom.io.StateDict;
import fathom.nn.Layer;
import fathom.train.recipe.InferenceGraph;
import fathom.train.recipe.Model;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.Recipes;
import fathom.train.recipe.TrainedRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a trained network as an ONNX model. */
@Command(
        name = "export",
        description = {
            "Write a trained network as an ONNX model, for batches of any size.",
            "With --weights, RUN is the name of a model, such as resnet50; it may also be a file of Model.save."
        },
        showDefaultValues = true)
final class ExportCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Mixin private RunParameters run;

    @Parameters(index = "1", paramLabel = "FILE", description = "The model to write, FILE.onnx.")
    private Path file;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "Weights of the model that RUN names (.pth or .safetensors), instead of a run.")
    private @Nullable Path weights;

    @Option(
            names = "--input",
            paramLabel = "SHAPE",
            split = ",",
            description = "The shape of one example, such as 3,320,320. Default: what the network was trained with.")
    private long @Nullable [] input;

    @Option(
            names = "--dynamic",
            paramLabel = "AXIS=NAME",
            description = {
                "Lets the size of another dimension of the input vary, such as 2=height; repeatable.",
                "The batch's is 0."
            })
    private Map<Integer, String> dynamic = new LinkedHashMap<>();

    @Option(names = "--fixed", description = "Fix all sizes, that of the batch to 1.")
    private boolean isFixed;

    @Option(
            names = "--opset",
            paramLabel = "N",
            defaultValue = "17",
            description = "The version of ONNX's operators, 17 or 18.")
    private int opset;

    @Option(names = "--force", description = "Replace an existing file.")
    private boolean force;

    @Override
    public Integer call() throws IOException {
        if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".onnx")) {
            throw new ParameterException(spec.commandLine(), "FILE: must end in .onnx, is " + file);
        }
        if (Files.exists(file) && !force) {
            throw new RecipeException(file + " exists already; --force replaces it");
        }
        InferenceGraph graph = graph();
        ExportedModel made;
        try {
            made =
                    Onnx.export(
                            graph.net(),
                            graph.inputs().stream().map(InferenceGraph.Input::example).toList(),
                            graph.forward(),
                            file,
                            o -> configure(o, graph));
        } catch (UnsupportedOperationException e) {
            throw new RecipeException(String.valueOf(e.getMessage()).replaceFirst("^Onnx.export: ", ""));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), String.valueOf(e.getMessage()).replaceFirst("^Onnx.export: ", ""), e);
        }
        report(made, graph);
        return 0;
    }

    private void configure(ExportOptions o, InferenceGraph graph) {
        o.opset(opset).dynamicBatch(false);
        o.inputNames(graph.inputs().stream().map(InferenceGraph.Input::name).toArray(String[]::new));
        o.outputNames(graph.outputs().toArray(String[]::new));
        graph.metadata().forEach(o::metadata);
        for (InferenceGraph.Input in : graph.inputs()) {
            axes(graph, in).forEach((axis, name) -> o.dynamicAxis(in.name(), axis, name));
        }
    }

    private Map<Integer, String> axes(InferenceGraph graph, InferenceGraph.Input in) {
        var axes = new HashMap<Integer, String>();
        if (!isFixed) {
            axes.putAll(in.dynamicAxes());
        }
        if (in == graph.inputs().getFirst()) {
            axes.putAll(dynamic);
        }
        return axes;
    }

    private void report(ExportedModel made, InferenceGraph graph) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        out.println(
                String.format(
                        Locale.ROOT,
                        "%s: %,d nodes, %,d bytes, opset %d",
                        made.file(),
                        made.nodes(),
                        Files.size(made.file()),
                        opset));
        for (InferenceGraph.Input in : graph.inputs()) {
            var sizes = new ArrayList<String>();
            Map<Integer, String> axes = axes(graph, in);
            for (int d = 0; d < in.example().dim(); d++) {
                sizes.add(axes.getOrDefault(d, Long.toString(in.example().size(d))));
            }
            out.println("input %s: %s %s".formatted(in.name(), in.example().dtype(), sizes));
        }
        out.println("output " + String.join(", ", made.outputs()));
        out.flush();
    }

    private InferenceGraph graph() throws IOException {
        if (weights != null) {
            return ofModel(weights);
        }
        if (Files.isRegularFile(run.run)) {
            return ofFile();
        }
        TrainedRun trained = run.open();
        RecipeTask task = run.task(spec, trained, o -> {});
        Layer net = run.network(spec, trained, task);
        InferenceGraph graph = task.inference(net);
        if (graph == null) {
            Map<String, String> metadata = classes(trained.classes(task));
            return InferenceGraph.of(net, input != null ? example(input) : trained.recipe().example(1).x(), metadata);
        }
        return input == null ? graph : InferenceGraph.of(net, example(input), graph.metadata());
    }

    private static Map<String, String> classes(List<String> classes) {
        return classes.isEmpty() ? Map.of() : Map.of(InferenceGraph.CLASSES, InferenceGraph.json(classes));
    }

    private Tensor example(long[] shape) {
        var batch = new long[shape.length + 1];
        batch[0] = 1;
        for (int d = 0; d < shape.length; d++) {
            if (shape[d] < 1) {
                throw new ParameterException(
                        spec.commandLine(),
                        String.format(Locale.ROOT, "--input: extents must be at least 1, one is %d", shape[d]));
            }
            batch[d + 1] = shape[d];
        }
        return Tensors.zeros(batch);
    }

    private InferenceGraph ofModel(Path file) throws IOException {
        String name = run.run.toString();
        Recipe recipe = Recipes.find(name).orElseThrow(() -> new RecipeException("there is no model " + name));
        Layer net = recipe.network();
        try {
            net.loadStateDict(StateDict.load(file));
        } catch (FathomException | IllegalArgumentException e) {
            throw new RecipeException("weights", String.valueOf(e.getMessage()));
        }
        Tensor example = input != null ? example(input) : recipe.example(1).x();
        return InferenceGraph.of(net.eval(), example, classes(recipe.classes()));
    }

    private InferenceGraph ofFile() throws IOException {
        if (input == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--input: the shape of one example that %s takes, such as 3,224,224".formatted(run.run));
        }
        return InferenceGraph.of(Model.load(run.run), example(input), Map.of());
    }
}
