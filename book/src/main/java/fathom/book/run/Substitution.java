package fathom.book.run;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Other values for variables that cells declare: fewer epochs when a page is only checked, or what a reader chooses.
 */
public final class Substitution {
    private Substitution() {}

    private static Pattern declaration(String name) {
        return Pattern.compile(
                "(?m)^(\\s*(?:final\\s+)?(?:var|int|long|double|float|boolean|String)\\s+%s\\s*=\\s*)([^;]+)(;)"
                        .formatted(Pattern.quote(name)));
    }

    /** {@return the code with these initial values in place of its own} */
    public static String apply(String code, Map<String, String> values) {
        String result = code;
        for (var entry : values.entrySet()) {
            Matcher m = declaration(entry.getKey()).matcher(result);
            if (m.find()) {
                result = m.replaceFirst("$1" + Matcher.quoteReplacement(entry.getValue()) + "$3");
            }
        }
        return result;
    }

    /** {@return the initial values that code gives to those of some variables that it declares} */
    public static Map<String, String> initialValues(String code, Set<String> names) {
        var values = new LinkedHashMap<String, String>();
        for (String name : names) {
            Matcher m = declaration(name).matcher(code);
            if (m.find()) {
                values.put(name, m.group(2).strip());
            }
        }
        return values;
    }

    /** {@return the names that no cell declares with an initial value} */
    public static Set<String> undeclared(List<String> cells, Set<String> names) {
        var undeclared = new LinkedHashSet<>(names);
        undeclared.removeIf(n -> cells.stream().anyMatch(c -> declaration(n).matcher(c).find()));
        return undeclared;
    }
}
