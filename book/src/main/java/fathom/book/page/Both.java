package fathom.book.page;

import java.util.function.Function;

/**
 * The same thing in both languages.
 *
 * @param en for English readers
 * @param zh for Chinese readers
 */
public record Both<T>(T en, T zh) {
    /** {@return what is meant for the readers of one language} */
    public T in(Language language) {
        return language == Language.EN ? en : zh;
    }

    /** {@return the results of a function of each} */
    public <R> Both<R> map(Function<T, R> function) {
        return new Both<>(function.apply(en), function.apply(zh));
    }
}
