import com.sun.source.doctree.DocTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;
import javax.tools.ToolProvider;

/// The families of static functions, in the order in which they are gathered. Where two have a function of the same
/// parameters, the first counts.
final List<String> STATICS =
        List.of(
                "Creation",
                "RandomCreation",
                "Joining",
                "Arrangements",
                "Indexes",
                "NeuralFunctions",
                "AttentionFunctions",
                "ConvolutionFunctions",
                "PoolingFunctions",
                "NormalizationFunctions",
                "EmbeddingFunctions",
                "ChannelFunctions",
                "ImageFunctions",
                "ResamplingFunctions",
                "WindowFunctions",
                "LossFunctions",
                "ClassificationLosses",
                "LikelihoodLosses",
                "MarginLosses",
                "FourierFunctions",
                "MatrixFunctions",
                "StatisticsFunctions",
                "SpecialFunctions",
                "Autograd");

/// Of these families, the functions named alone.
final Map<String, Set<String>> ONLY = Map.of("Autograd", Set.of("noGrad", "enableGrad", "isGradEnabled"));

/// The families of methods of a tensor, whose function forms take the tensor first: `relu(x)` for `x.relu()`.
final List<String> METHODS =
        List.of(
                "PointwiseOps",
                "BitwiseOps",
                "SpecialOps",
                "ActivationOps",
                "ComparisonOps",
                "ReductionOps",
                "ScanOps",
                "StatisticsOps",
                "SortingOps",
                "MovementOps",
                "RearrangingOps",
                "IndexingOps",
                "ScatterOps",
                "LinearAlgebraOps",
                "DecompositionOps",
                "MatrixProductOps",
                "MatrixFunctionOps",
                "RandomOps");

/// Methods that PyTorch has as methods only, or that read badly without their receiver.
final Set<String> METHODS_ONLY =
        Set.of(
                "get",
                "set",
                "T",
                "mT",
                "view",
                "viewAs",
                "contiguous",
                "expand",
                "expandAs",
                "repeat",
                "sumTo",
                "broadcastWith",
                "unfold",
                "rsub",
                "rdiv",
                "rpow",
                "where",
                "geluTanh",
                "nonzeroAsTuple");

/// What stands before the functions.
final String HEAD =
        """
        package fathom;

        %s
        /**
         * The static entry points: everything that makes or combines tensors, and the function forms of a tensor's methods.
         * Meant for {@code import static fathom.Tensors.*}. Each function is one of a family's, where it is described: {@link
         * Creation}, {@link LossFunctions}, {@link ConvolutionFunctions}, {@link PointwiseOps}, ...
         *
         * <p>Written by {@code tools/statics/Gather.java} when core is built.
         */
        public final class Tensors {
            private Tensors() {}

            %s

            /** {@link KeepDim#KEEP_DIM}. */
            public static final KeepDim KEEP_DIM = KeepDim.KEEP_DIM;

            /** {@return the dimensions, for operations over several} */
            public static int[] dims(int... dims) {
                return dims;
            }
        """;

final List<String> TYPES =
        List.of("FLOAT32", "FLOAT64", "BFLOAT16", "FLOAT16", "INT64", "INT32", "INT16", "INT8", "UINT8", "BOOL");

/// Writes the class `fathom.Tensors`: every static function of the families, and the function form of their methods, so
/// that one `import static fathom.Tensors.*` brings all of them. The build of `core` runs it, with the folder of the
/// families and that of generated sources.
void main(String[] args) throws IOException {
    var folder = Path.of(args[0]);
    var imports = new TreeSet<String>();
    var seen = new HashSet<String>();
    var functions = new StringBuilder();
    for (var family : STATICS) {
        gather(find(family, folder), false, imports, seen, functions);
    }
    for (var family : METHODS) {
        gather(find(family, folder), true, imports, seen, functions);
    }
    var types =
            TYPES.stream()
                    .map("/** {@link DType#%1$s}. */\npublic static final DType %1$s = DType.%1$s;\n"::formatted)
                    .collect(Collectors.joining("\n"));
    var mentioned = Pattern.compile("(?<![.\\w])[A-Z]\\w*").matcher(withoutComments(functions));
    var used = mentioned.results().map(MatchResult::group).collect(Collectors.toSet());
    imports.removeIf(i -> !i.contains(".*;") && !used.contains(i.replaceAll("\\s*import .*\\.(\\w+);\\s*", "$1")));
    var head = HEAD.formatted(String.join("", imports), types);
    var file = Path.of(args[1]).resolve("fathom/Tensors.java");
    var text = head + functions + "}\n";
    if (!Files.exists(file) || !Files.readString(file).equals(text)) { // else what was compiled is still good
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}

/// The source of a class in the folder of package `fathom`, or in one within.
Path find(String name, Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
        return files.filter(f -> f.endsWith(name + ".java"))
                .findFirst()
                .orElseThrow(() -> new NoSuchFileException(name + ".java in " + folder));
    }
}

String withoutComments(CharSequence source) {
    return Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL).matcher(source).replaceAll("");
}

/// Appends the functions of one family, and what the family imports.
void gather(Path file, boolean methods, Set<String> imports, Set<String> seen, StringBuilder to) throws IOException {
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
        var task = (JavacTask) compiler.getTask(null, files, null, null, null, files.getJavaFileObjects(file));
        for (var unit : task.parse()) {
            unit.getImports().forEach(i -> imports.add(i.toString()));
            imports.add("import " + unit.getPackageName() + ".*;\n");
            var trees = DocTrees.instance(task);
            var type = (ClassTree) unit.getTypeDecls().getFirst();
            var family = type.getSimpleName().toString();
            to.append("\n// ---- ").append(family).append(" ").append("-".repeat(60)).append("\n");
            for (var member : type.getMembers()) {
                if (member instanceof MethodTree m && isGathered(m, methods) && isNamed(family, m)) {
                    var f = new Function(trees, unit, family, m, methods);
                    if (seen.add(f.name() + f.types())) {
                        to.append(f.text());
                    }
                }
            }
        }
    }
}

boolean isNamed(String family, MethodTree m) {
    var names = ONLY.get(family);
    return names == null || names.contains(m.getName().toString());
}

boolean isGathered(MethodTree m, boolean methods) {
    var flags = m.getModifiers().getFlags();
    var name = m.getName().toString();
    return methods
            ? flags.contains(Modifier.DEFAULT) && !name.endsWith("_") && !METHODS_ONLY.contains(name)
            : flags.contains(Modifier.PUBLIC) && flags.contains(Modifier.STATIC);
}

/// A function of a family.
record Function(DocTrees trees, CompilationUnitTree unit, String family, MethodTree tree, boolean isMethod) {
    String name() {
        return tree.getName().toString();
    }

    /// The source of a part of the function.
    String source(Tree part) {
        var positions = trees.getSourcePositions();
        try {
            return unit.getSourceFile()
                    .getCharContent(true)
                    .subSequence(
                            (int) positions.getStartPosition(unit, part), (int) positions.getEndPosition(unit, part))
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The types of the parameters, as a Javadoc link has them.
    String types() {
        return types(isMethod ? Stream.of("Tensor") : Stream.empty());
    }

    String types(Stream<String> first) {
        var own =
                tree.getParameters().stream()
                        .map(p -> source(p).replaceAll("\\s+", " ").replaceAll("@Nullable |final |<[^()]*>", ""))
                        .map(p -> p.substring(0, p.lastIndexOf(' ')));
        return Stream.concat(first, own).collect(Collectors.joining(", ", "(", ")"));
    }

    String text() {
        var parameters =
                tree.getParameters().stream().map(this::source).collect(Collectors.toCollection(ArrayList::new));
        var arguments =
                tree.getParameters().stream().map(p -> p.getName().toString()).collect(Collectors.joining(", "));
        var receiver = arguments.matches("(.*, )?x(,.*)?") ? "input" : "x";
        if (isMethod) {
            parameters.addFirst("Tensor " + receiver);
        }
        var generic =
                tree.getTypeParameters().isEmpty()
                        ? ""
                        : tree.getTypeParameters().stream()
                                .map(this::source)
                                .collect(Collectors.joining(", ", "<", "> "));
        String returned = source(tree.getReturnType());
        if (type().getMembers().stream()
                .anyMatch(m ->
                        m instanceof ClassTree c && c.getSimpleName().contentEquals(source(tree.getReturnType())))) {
            returned = family + "." + returned;
        }
        return """

        /** %s */
        public static %s%s %s(%s) {
            %s%s.%s(%s);
        }
        """
                .formatted(
                        doc(),
                        generic,
                        returned,
                        name(),
                        String.join(", ", parameters),
                        returned.equals("void") ? "" : "return ",
                        isMethod ? receiver : family,
                        name(),
                        arguments);
    }

    /// The first sentence of the description, with a link to the whole.
    String doc() {
        var link = "{@link %s#%s%s}".formatted(family, name(), types(Stream.empty()));
        var comment = trees.getDocCommentTree(new TreePath(new TreePath(new TreePath(unit), type()), tree));
        if (comment == null) {
            return link + ".";
        }
        var sentence =
                comment.getFirstSentence().stream()
                        .map(DocTree::toString)
                        .collect(Collectors.joining())
                        .replaceAll("\\s+", " ")
                        .replaceAll("@link #", "@link " + family + "#")
                        .strip();
        return sentence.startsWith("{@return") || sentence.isEmpty()
                ? sentence.replaceAll("}$", "; see " + link + "}")
                : sentence + " See " + link + ".";
    }

    ClassTree type() {
        return (ClassTree) unit.getTypeDecls().getFirst();
    }
}
